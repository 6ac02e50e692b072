import type { Readable } from 'node:stream';
import { type Clock, withDeadline } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { ChildOutput } from './child-output.ts';
import type { ChildExit, ChildProcess, ChildRequest } from './child-process.ts';
import { type StartError, startChild, startErrorOf } from './child-start.ts';
import type { GroupRegistry } from './group-registry.ts';
import { type GroupControl, systemGroups } from './process-group.ts';
import { endStrayListeners, formatMark, type Mark, markInEnvironment, markVariable } from './strays.ts';
import { terminate } from './terminate.ts';

export interface SpawnedChildOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The whole environment of a child, evaluated at each launch; the program is looked up on its PATH. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** The lifeline and the journal. */
  readonly registries: readonly GroupRegistry[];
  readonly groups?: GroupControl;
  /** The mark of this run in the environment of every child; absent: none. */
  readonly run?: string;
}

export interface SupervisedChild extends ChildProcess {
  /** Settles when no process of its group is left: after `exited`, perhaps never, if a process survived SIGKILL. */
  readonly gone: Promise<void>;
}

const maxLastLines = 20;
/** The time that a child's own children get after their parent has exited; on a stop they got the signal together with it. */
const remnantGraceMs = 200;
/** A process that left the group may hold our pipes open indefinitely; it is not waited for. */
const outputDeadlineMs = 200;

const longLived = { detached: true, buffer: false, stdout: 'pipe', stderr: 'pipe' } as const;

type LineListener = Parameters<ChildProcess['onLine']>[0];
type Ending = Pick<ChildExit, 'exitCode' | 'signal'>;

/** The part of execa's child that SpawnedChild needs: execa's own type depends on every option. */
interface Subprocess extends PromiseLike<unknown> {
  readonly stdout: Readable;
  readonly stderr: Readable;
  once(event: 'exit', listener: (exitCode: number | null, signal: NodeJS.Signals | null) => void): unknown;
}

let launches = 0;

/** Starts one child. Never throws. */
export function spawnChild(request: ChildRequest, options: SpawnedChildOptions): SupervisedChild {
  launches += 1;
  const child = launches;
  const mark = markOf(request, options, child);
  const env = {
    ...options.environment(),
    ...request.env,
    ...(mark === null ? {} : { [markVariable]: formatMark(mark) }),
  };
  const announce = (started: Mark | null): void => {
    for (const registry of options.registries)
      registry.starting?.(started === null ? null : markInEnvironment(started));
  };
  const { argv, input } = request;
  const stdin = input === undefined ? ({ stdin: 'ignore' } as const) : { input };
  if (mark !== null) announce(mark);
  const started = startChild(argv, { ...longLived, ...stdin, env });
  const pid = started.ok ? started.value.pid : undefined;
  if (started.ok && pid !== undefined)
    return new SpawnedChild(request, options, { subprocess: started.value, pid, child });
  announce(null);
  return neverStarted(started.ok ? started.value.then(startErrorOf) : Promise.resolve(started.error));
}

function markOf(
  { name, ownsDescendants = false }: ChildRequest,
  { run }: SpawnedChildOptions,
  child: number,
): Mark | null {
  return run === undefined ? null : { run, isOwned: ownsDescendants, child, name };
}

interface StartedChild {
  readonly subprocess: Subprocess;
  readonly pid: number;
  /** Its number. */
  readonly child: number;
}

class SpawnedChild implements SupervisedChild {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly gone: Promise<void>;
  readonly #request: ChildRequest;
  readonly #options: SpawnedChildOptions;
  readonly #child: number;
  readonly #groups: GroupControl;
  readonly #listeners: LineListener[] = [];
  readonly #lastLines: string[] = [];
  readonly #force = new AbortController();
  readonly #givenUp: Promise<void>;
  #giveUp: () => void = () => undefined;
  #stopped = false;

  constructor(request: ChildRequest, options: SpawnedChildOptions, { subprocess, pid, child }: StartedChild) {
    this.#request = request;
    this.#options = options;
    this.#child = child;
    this.#groups = options.groups ?? systemGroups;
    this.pid = pid;
    this.#givenUp = new Promise((resolve) => (this.#giveUp = resolve));
    const output = new ChildOutput(subprocess, {
      clock: options.clock,
      keepsEveryLine: request.keepsEveryLine === true,
      onLine: (stream, line) => {
        this.#deliver(stream, line);
      },
    });
    const leader = leaderExit(subprocess);
    this.gone = this.#outlast(leader);
    this.exited = this.#finish(subprocess, leader, output);
  }

  onLine(listener: LineListener): void {
    this.#listeners.push(listener);
  }

  async stop({ force = false }: { readonly force?: boolean } = {}): Promise<ChildExit> {
    if (force) this.#force.abort();
    if (!this.#stopped) {
      this.#stopped = true;
      const outcome = await terminate({
        pgid: this.pid,
        groups: this.#groups,
        gone: this.gone,
        politeSignal: this.#request.politeSignal ?? 'SIGTERM',
        force: this.#force.signal,
        clock: this.#options.clock,
      });
      if (outcome === 'survived') this.#giveUp();
    }
    return this.exited;
  }

  /** Resolves, after notifying the registries, when the leader is reaped and no process of its group is left. */
  async #outlast(leader: Promise<Ending>): Promise<void> {
    const { clock, log, registries } = this.#options;
    const { name } = this.#request;
    for (const registry of registries) registry.add(this.pid);
    log.debug(`${name}: started as process ${this.pid}`);
    const { exitCode, signal } = await leader;
    log.debug(`${name}: process ${this.pid} ended (${signal ?? `exit code ${String(exitCode)}`})`);
    if (!(await this.#groups.end(this.pid, remnantGraceMs, clock))) {
      this.#giveUp();
      await this.#groups.outlast(this.pid, clock);
    }
    for (const registry of registries) registry.remove(this.pid);
    await this.#endStrayListeners();
  }

  async #endStrayListeners(): Promise<void> {
    const { clock, log, run } = this.#options;
    const { name, privatePort } = this.#request;
    if (run === undefined || privatePort === undefined) return;
    const ended = await endStrayListeners({ run, child: this.#child }, privatePort, clock);
    if (ended.length > 0) log.info(`${name}: ended ${ended.join(', ')}, which it left listening`);
  }

  async #finish(subprocess: Subprocess, leader: Promise<Ending>, output: ChildOutput): Promise<ChildExit> {
    const { clock, log } = this.#options;
    const survived = await Promise.race([this.gone.then(() => false), this.#givenUp.then(() => true)]);
    if (survived) log.warn(`${this.#request.name}: process group ${this.pid} survived SIGKILL`);
    const ending = await Promise.race([leader, notEnded]);
    output.release();
    await withDeadline(clock, outputDeadlineMs, Promise.resolve(subprocess));
    output.finish();
    const lastLines = [...this.#lastLines];
    return { ...ending, startError: null, stopped: this.#stopped, survived, lastLines };
  }

  #deliver(stream: 'stdout' | 'stderr', line: string): void {
    if (stream === 'stderr') {
      this.#lastLines.push(line);
      if (this.#lastLines.length > maxLastLines) this.#lastLines.shift();
    }
    for (const listener of this.#listeners) listener(stream, line);
  }
}

const notEnded = Promise.resolve<Ending>({ exitCode: null, signal: null });

/** The exit of the leader, which its descendants do not delay by holding its pipes. */
function leaderExit(subprocess: Subprocess): Promise<Ending> {
  return new Promise((resolve) => {
    subprocess.once('exit', (exitCode, signal) => {
      resolve({ exitCode, signal });
    });
  });
}

export function neverStarted(failure: Promise<StartError>): SupervisedChild {
  const exited = failure.then((startError): ChildExit => ({
    exitCode: null,
    signal: null,
    startError,
    stopped: false,
    survived: false,
    lastLines: [],
  }));
  const gone = exited.then(() => undefined);
  return { pid: null, exited, gone, onLine: () => undefined, stop: () => exited };
}
