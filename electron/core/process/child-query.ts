/** Runs a child process for its result: its exit and its output. */
import type { Clock } from '../clock.ts';
import type { ChildExit, ChildLauncher, ChildRequest } from './child-process.ts';

export interface QueryTerms {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type QueryAnswer =
  | { readonly kind: 'answered'; readonly exit: ChildExit; readonly output: readonly string[] }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'canceled' };

const maxOutputCharacters = 256 * 1024;

/** Settles when the child and its group are gone, or cannot be killed; kills them when the time is up or the signal aborts. Never
 * rejects. */
export async function askChild(request: ChildRequest, terms: QueryTerms): Promise<QueryAnswer> {
  const { launcher, clock, timeoutMs, signal } = terms;
  if (signal.aborted) return { kind: 'canceled' };
  const child = launcher.launch({ ...request, keepsEveryLine: true });
  const output: string[] = [];
  let outputCharacters = 0;
  child.onLine((stream, line) => {
    outputCharacters += stream === 'stdout' ? line.length + 1 : 0;
    if (stream === 'stdout' && outputCharacters <= maxOutputCharacters) output.push(line);
  });
  const kill = (): void => void child.stop({ force: true });
  let isLate = false;
  const deadline = clock.after(timeoutMs, () => {
    isLate = true;
    kill();
  });
  signal.addEventListener('abort', kill, { once: true });
  const exit = await child.exited;
  deadline.cancel();
  signal.removeEventListener('abort', kill);
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while the child was waited for
  if (signal.aborted) return { kind: 'canceled' };
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- as above
  return isLate ? { kind: 'timed-out' } : { kind: 'answered', exit, output };
}
