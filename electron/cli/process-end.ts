/**
 * How the command's process exits, in Node and in the app's runtime, which does not exit when nothing is left to do.
 */
import type { Runtime } from '../core/install/app-runtime.ts';
import type { ExitCode } from './exit-code.ts';

interface ProcessEnd {
  readonly code: ExitCode;
  readonly runtime: Runtime;
  /** The streams that were printed to. */
  readonly streams: readonly NodeJS.WritableStream[];
}

const flushed = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => stream.end(() => resolve()));

/** Exits once all output has been written: a pipe or a terminal may take time. */
export async function endProcess({ code, runtime, streams }: ProcessEnd): Promise<void> {
  process.exitCode = code;
  if (runtime.kind === 'node') return;
  await Promise.all(streams.map(flushed));
  process.exit(code);
}
