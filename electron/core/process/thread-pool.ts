import { randomFill } from 'node:crypto';

/**
 * Gives Node 32 threads for files and names instead of four. Half of them may look up names, and with a resolver that does
 * not answer each lookup keeps one for many seconds: two such names would keep all others from being found, localhost
 * included. Only before the first use of the threads (UV_THREADPOOL_SIZE in the guide of libuv); children do not inherit it.
 */
export function widenThreadPool(env: NodeJS.ProcessEnv): void {
  if (env['UV_THREADPOOL_SIZE'] !== undefined) return;
  env['UV_THREADPOOL_SIZE'] = '32';
  randomFill(Buffer.alloc(1), () => undefined);
  Reflect.deleteProperty(env, 'UV_THREADPOOL_SIZE');
}
