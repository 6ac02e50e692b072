/**
 * Compiles configs, and edits their text, in a worker thread: a file of 1,000 services takes half a second, a hostile one more,
 * and meanwhile the event loop relays the data of all forwards.
 *
 * One worker for each piece of work, which exits with it: between reloads it costs nothing, and no file affects the
 * next one. The time and memory for a file are bounded; beyond that the file is refused.
 */
import { Worker } from 'node:worker_threads';
import { err, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { Scope } from '../scope.ts';
import { CompileDeadline } from './compile-deadline.ts';
import type { CompiledConfig, ConfigCompiler } from './config-compiler.ts';
import { describeLate, fileError } from './config-problem.ts';
import type { WorkerRequest } from './config-worker.ts';
import type { TextResults, TextWork, WorkOnText } from './edit/text-work.ts';

export interface WorkerCompilerOptions {
  /** The worker's program, as the text of a CommonJS module. */
  readonly code: string;
  readonly clock: Clock;
  /** Of processor time. */
  readonly deadlineMs?: number;
  /** Of the worker's heap. */
  readonly maxMemoryMb?: number;
}

type Limits = Required<WorkerCompilerOptions>;
type Compiled = Result<CompiledConfig, readonly ConfigProblem[]>;

/** Of processor time. The largest valid config takes half of it on a slow machine, and a hostile one no more. */
const defaultLimits = { deadlineMs: 2_000, maxMemoryMb: 96 } as const;
const maxYoungMemoryMb = 16;
/** A worker that does not end is no longer waited for: on Electron 33, V8 does not interrupt a loop that only allocates. */
const terminateMs = 1_000;

export function compileInWorker(options: WorkerCompilerOptions): ConfigCompiler {
  return (text, context, signal) => {
    // The environment of a process is not a plain object, and only plain objects can be cloned.
    const request = { kind: 'compile', text, context: { ...context, env: { ...context.env } } } as const;
    return runInWorker<Compiled>({ ...defaultLimits, ...options }, request, {
      signal,
      refuse: (why) => err([fileError(why)]),
    });
  };
}

/** The same for edits of a config's text. */
export function editInWorker(options: WorkerCompilerOptions): WorkOnText {
  const { signal } = new AbortController();
  return <K extends TextWork['kind']>(text: string, work: Extract<TextWork, { readonly kind: K }>) =>
    runInWorker<TextResults[K]>(
      { ...defaultLimits, ...options },
      { kind: 'work', text, work: cloneable(work) },
      { signal, refuse: (why) => err(why) },
    );
}

const cloneable = (work: TextWork): TextWork => ('env' in work ? { ...work, env: { ...work.env } } : work);

interface Terms<T> {
  readonly signal: AbortSignal;
  /** The result of a request that is aborted. */
  readonly refuse: (why: string) => T;
}

async function runInWorker<T>(limits: Limits, request: WorkerRequest, terms: Terms<T>): Promise<T> {
  const worker = startWorker(limits, request);
  try {
    return await outcomeOf(worker, limits, terms);
  } finally {
    await withDeadline(limits.clock, terminateMs, worker.terminate());
  }
}

function startWorker({ code, maxMemoryMb }: Limits, request: WorkerRequest): Worker {
  return new Worker(code, {
    eval: true,
    name: 'config',
    workerData: request,
    // It gets all input explicitly, and our own Node flags, such as --import, are not meant for it.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb, maxYoungGenerationSizeMb: maxYoungMemoryMb },
  });
}

/** Rejects if the worker fails in a way that no file should cause. */
async function outcomeOf<T>(
  worker: Worker,
  { clock, deadlineMs, maxMemoryMb }: Limits,
  { signal, refuse: refusal }: Terms<T>,
): Promise<T> {
  const scope = new Scope('config worker');
  const outcome = new Promise<T>((resolve, reject) => {
    const refuse = (why: string): void => {
      resolve(refusal(why));
    };
    const onAbort = (): void => {
      refuse('reading the file was canceled');
    };
    const onLate = (): void => {
      refuse(describeLate(deadlineMs));
    };
    const deadline = new CompileDeadline(clock, deadlineMs, onLate);
    scope.own('deadline', () => {
      deadline.cancel();
    });
    signal.addEventListener('abort', onAbort);
    scope.own('listener', () => {
      signal.removeEventListener('abort', onAbort);
    });
    worker.once('message', resolve);
    worker.once('messageerror', reject);
    worker.once('error', (error) => {
      if (isOutOfMemory(error))
        refuse(`the file takes more than ${maxMemoryMb} MB of memory to read: make it smaller`);
      else reject(error);
    });
    worker.once('exit', (code) => {
      reject(new Error(`the worker that read the file ended without an answer, with code ${code}`));
    });
    if (signal.aborted) onAbort();
  });
  return outcome.finally(() => scope.close());
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
