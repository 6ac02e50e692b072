/** The worker's side of `worker-compiler.ts`: compiles one config and ends. Bundled as text, so it lies in no file. */
import { parentPort, workerData } from 'node:worker_threads';
import { compileConfig, type CompileContext } from './config-compiler.ts';

export interface CompileRequest {
  readonly text: string;
  readonly context: CompileContext;
}

const { text, context } = workerData as CompileRequest;
parentPort?.postMessage(compileConfig(text, context));
