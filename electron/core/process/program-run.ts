/**
 * Runs a program for its answer. Always settles, whatever the program does:
 *
 * 1. After `timeoutMs`, and when the signal aborts, the program and its descendants are killed.
 * 2. A program that has exited may have left a child that holds its pipes open forever. They are closed soon after the exit.
 * 3. A program that survives SIGKILL, for example on a volume that hangs, is abandoned.
 */
import { onAbort } from '../abort-signal.ts';
import { systemClock, withDeadline, type Timer } from '../clock.ts';
import { startChild, startErrorOf, type Argv, type StartError } from './child-start.ts';
import { descendantsOf } from './process-children.ts';

export interface ProgramTerms {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Its stdin, empty by default. */
  readonly input?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface ProgramRun {
  /** null: it could not be started, or it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly hasTimedOut: boolean;
  readonly startError: StartError | null;
  /** Why there is no exit code, if nothing else says so; otherwise empty. */
  readonly failure: string;
}

/** The time to read what is left in the pipes of a program that has exited. */
const outputGraceMs = 500;
/** The time to find the descendants of a program. */
const lookMs = 500;
/** The time for a killed program to exit. */
const killGraceMs = 2_000;

/** Never rejects. */
export async function runProgram(argv: Argv, terms: ProgramTerms): Promise<ProgramRun> {
  const { env, timeoutMs, maxOutputBytes, input, signal } = terms;
  const started = startChild(argv, {
    env,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
    stripFinalNewline: false,
  });
  if (!started.ok) return withoutAnswer({ startError: started.error });
  const child = started.value;
  const { pid, stdout, stderr } = child;
  if (pid === undefined) return withoutAnswer({ startError: startErrorOf(await child) });
  const closePipes = (): void => {
    stdout.destroy();
    stderr.destroy();
  };
  let pipes: Timer | null = null;
  child.once('exit', () => (pipes = systemClock.after(outputGraceMs, closePipes)));
  let hasTimedOut = false;
  let abandon: (late: null) => void = () => undefined;
  const abandoned = new Promise<null>((resolve) => (abandon = resolve));
  let patience = systemClock.after(timeoutMs, () => {
    hasTimedOut = true;
    end();
  });
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    patience.cancel();
    patience = systemClock.after(killGraceMs, () => abandon(null));
    void killWithDescendants(pid, () => child.exitCode === null && child.signalCode === null);
  };
  if (signal?.aborted === true) end();
  const ignoreSignal = onAbort([signal], end);
  const result = await Promise.race([child, abandoned]);
  patience.cancel();
  ignoreSignal();
  if (result === null) {
    closePipes();
    child.unref();
    return withoutAnswer({ hasTimedOut });
  }
  (pipes as Timer | null)?.cancel();
  const { exitCode = null, originalMessage = '' } = result;
  return {
    exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    hasTimedOut,
    startError: null,
    failure: originalMessage,
  };
}

const withoutAnswer = (found: Partial<ProgramRun>): ProgramRun => ({
  exitCode: null,
  stdout: '',
  stderr: '',
  hasTimedOut: false,
  startError: null,
  failure: found.startError?.message ?? '',
  ...found,
});

/** The descendants are looked up first, if that is quick: those of a dead process have another parent. */
async function killWithDescendants(pid: number, isRunning: () => boolean): Promise<void> {
  const found = await withDeadline(systemClock, lookMs, descendantsOf(pid));
  if (found !== 'deadline') for (const one of found) killIfThere(one);
  // Another process may have the number of one that has exited.
  if (isRunning()) killIfThere(pid);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, or belongs to root.
  }
}
