/**
 * The worker side of `worker-compiler.ts`: compiles one config, or edits its text, and exits. Bundled as text, so there is no
 * file for it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { compileConfig, type CompileContext } from './config-compiler.ts';
import { workOnText, type TextWork } from './edit/text-work.ts';

export type WorkerRequest =
  | { readonly kind: 'compile'; readonly text: string; readonly context: CompileContext }
  | { readonly kind: 'work'; readonly text: string; readonly work: TextWork };

const request = workerData as WorkerRequest;
parentPort?.postMessage(
  request.kind === 'compile'
    ? compileConfig(request.text, request.context)
    : workOnText(request.text, request.work),
);
