import { type ChildProcess as Subprocess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Clock, withDeadline } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { ChildExit, ChildProcess, ChildRequest } from './child-process.ts';
import type { GroupRegistry } from './group-registry.ts';
import { LineSplitter } from './line-splitter.ts';
import { endGroup } from './process-group.ts';
import { terminate } from './terminate.ts';

export interface SpawnedChildOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The whole environment of a child, asked at each launch; its PATH finds the program. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** The lifeline and the journal. */
  readonly registries: readonly GroupRegistry[];
}

const maxLastLines = 20;
/** What a child's own children get once their parent is gone; on a stop they were asked together with it. */
const remnantGraceMs = 200;
/** A process that left the group may hold our pipes open for as long as it likes; it is not waited for. */
const outputDeadlineMs = 200;

type LineListener = Parameters<ChildProcess['onLine']>[0];
type Ending = Pick<ChildExit, 'exitCode' | 'signal' | 'startError'>;

/** Starts one child. Never throws. */
export function spawnChild(request: ChildRequest, options: SpawnedChildOptions): ChildProcess {
  try {
    return new SpawnedChild(request, options, spawnGroup(request, options.environment()));
  } catch (error) {
    // A NUL byte in an argument, an argument list that is too long.
    return neverStarted(startErrorOf(error));
  }
}

class SpawnedChild implements ChildProcess {
  readonly pid: number | null;
  readonly exited: Promise<ChildExit>;
  readonly #request: ChildRequest;
  readonly #options: SpawnedChildOptions;
  readonly #listeners: LineListener[] = [];
  readonly #lastLines: string[] = [];
  readonly #force = new AbortController();
  readonly #groupGone: Promise<Ending>;
  #stopped = false;

  constructor(request: ChildRequest, options: SpawnedChildOptions, subprocess: Subprocess) {
    this.#request = request;
    this.#options = options;
    this.pid = subprocess.pid ?? null;
    const flushOutput = this.#readLines(subprocess);
    this.#groupGone =
      this.pid === null ? failedStart(subprocess) : this.#superviseGroup(this.pid, subprocess);
    this.exited = this.#finish(subprocess, flushOutput);
  }

  onLine(listener: LineListener): void {
    this.#listeners.push(listener);
  }

  async stop({ force = false }: { readonly force?: boolean } = {}): Promise<ChildExit> {
    if (force) this.#force.abort();
    if (!this.#stopped && this.pid !== null) {
      this.#stopped = true;
      await terminate({
        pgid: this.pid,
        gone: this.#groupGone,
        politeSignal: this.#request.politeSignal ?? 'SIGTERM',
        force: this.#force.signal,
        clock: this.#options.clock,
      });
    }
    return this.exited;
  }

  /** Resolves when the leader is reaped and nobody of its group is left. */
  async #superviseGroup(pgid: number, subprocess: Subprocess): Promise<Ending> {
    const { clock, log, registries } = this.#options;
    const { name } = this.#request;
    for (const registry of registries) registry.add(pgid);
    log.debug(`${name}: started as process ${pgid}`);
    const ending = await leaderExit(subprocess);
    if (!(await endGroup(pgid, remnantGraceMs, clock)))
      log.warn(`${name}: process group ${pgid} survived SIGKILL`);
    for (const registry of registries) registry.remove(pgid);
    log.debug(`${name}: process ${pgid} ended (${ending.signal ?? `exit code ${String(ending.exitCode)}`})`);
    return ending;
  }

  async #finish(subprocess: Subprocess, flushOutput: () => void): Promise<ChildExit> {
    const outputEnd = this.pid === null ? Promise.resolve([]) : once(subprocess, 'close');
    const ending = await this.#groupGone;
    if ((await withDeadline(this.#options.clock, outputDeadlineMs, outputEnd)) === 'deadline') {
      subprocess.stdout?.destroy();
      subprocess.stderr?.destroy();
    }
    flushOutput();
    return { ...ending, stopped: this.#stopped, lastLines: [...this.#lastLines] };
  }

  /** Returns what delivers the half lines at the end. */
  #readLines(subprocess: Subprocess): () => void {
    const splitters = (['stdout', 'stderr'] as const).map((stream) => {
      const splitter = new LineSplitter((line) => {
        this.#deliver(stream, line);
      });
      const output = subprocess[stream];
      output?.on('data', (chunk: Buffer) => {
        splitter.push(chunk);
      });
      // What cannot be read ends as if there were no more of it.
      output?.on('error', () => undefined);
      return splitter;
    });
    return () => {
      for (const splitter of splitters) splitter.end();
    };
  }

  #deliver(stream: 'stdout' | 'stderr', line: string): void {
    if (stream === 'stderr') {
      this.#lastLines.push(line);
      if (this.#lastLines.length > maxLastLines) this.#lastLines.shift();
    }
    for (const listener of this.#listeners) listener(stream, line);
  }
}

/**
 * Node tells most failures by `error` a moment later. When no descriptors are left it makes no pipes either: `stdout` is
 * then undefined, whatever its type says (ChildProcess.prototype.spawn in lib/internal/child_process.js).
 */
function spawnGroup(
  { argv: [file, ...args], env }: ChildRequest,
  environment: Readonly<Record<string, string>>,
): Subprocess {
  return spawn(file, args, {
    env: { ...environment, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The exit of the leader, which its descendants do not delay by holding its pipes. */
function leaderExit(subprocess: Subprocess): Promise<Ending> {
  return new Promise((resolve) => {
    subprocess.once('exit', (exitCode, signal) => {
      resolve({ exitCode, signal, startError: null });
    });
  });
}

function failedStart(subprocess: Subprocess): Promise<Ending> {
  return new Promise((resolve) => {
    subprocess.once('error', (error) => {
      resolve({ exitCode: null, signal: null, startError: startErrorOf(error) });
    });
  });
}

function startErrorOf(error: unknown): NonNullable<ChildExit['startError']> {
  const { code = 'EINVAL', message = String(error) } = error as { code?: string; message?: string };
  return { code, message };
}

function neverStarted(startError: NonNullable<ChildExit['startError']>): ChildProcess {
  const exited = Promise.resolve<ChildExit>({
    exitCode: null,
    signal: null,
    startError,
    stopped: false,
    lastLines: [],
  });
  return { pid: null, exited, onLine: () => undefined, stop: () => exited };
}
