/** Prints how many threads a widened pool adds, and what children would inherit. */
import { readdirSync } from 'node:fs';
import { widenThreadPool } from '../thread-pool.ts';

const threads = (): number => readdirSync('/proc/self/task').length;
const before = threads();
widenThreadPool(process.env);
console.log(threads() - before, process.env['UV_THREADPOOL_SIZE']);
