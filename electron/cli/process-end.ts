/** How the command's process ends, in Node and in the app's runtime, which does not end by having nothing left to do. */
import type { Runtime } from '../core/install/app-runtime.ts';
import type { ExitCode } from './exit-code.ts';

const written = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => stream.end(() => resolve()));

/** Ends with `code` once all that was printed has left. */
export async function endProcess(code: ExitCode, runtime: Runtime): Promise<void> {
  process.exitCode = code;
  if (runtime.kind === 'node') return;
  // A pipe or a terminal may take its time.
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
}
