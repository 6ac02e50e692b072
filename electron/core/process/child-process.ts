/**
 * A child as the adapters see it: its own process group, its lines as they arrive, its exit as a value. Starting never
 * throws and `exited` never rejects; a program that could not be started exits with a `startError`.
 */
export interface ChildRequest {
  /** For the log and the list of living children: `ssh bastion`. */
  readonly name: string;
  /** The program, looked up on the child's own PATH, and its arguments; no shell is involved. */
  readonly argv: readonly [string, ...string[]];
  /** Added to the environment that the launcher gives to every child. */
  readonly env?: Readonly<Record<string, string>>;
  /** The processes that it has started end with LocalPort, even those that have left its group. */
  readonly ownsDescendants?: boolean;
  /** A port of this machine that belongs to it: what it has left listening there ends with it. */
  readonly privatePort?: number;
  /** The first signal of `stop`; SIGTERM by default. */
  readonly politeSignal?: 'SIGTERM' | 'SIGINT';
  /** The content of its stdin, which is empty otherwise. Never logged. */
  readonly input?: string;
  /** For a program whose output is the result: no line is dropped. The caller limits how much it keeps. */
  readonly keepsEveryLine?: boolean;
}

export interface ChildExit {
  /** null when a signal ended it or when it never started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when it could not be started: ENOENT, EACCES… */
  readonly startError: { readonly code: string; readonly message: string } | null;
  /** It exited after `stop` was called. */
  readonly stopped: boolean;
  /** Some process of its group still runs in spite of SIGKILL, and is no longer waited for. */
  readonly survived: boolean;
  /** The last lines of stderr, oldest first. */
  readonly lastLines: readonly string[];
}

export interface ChildProcess {
  /** Also the id of its process group; null when it could not be started. */
  readonly pid: number | null;
  /**
   * Settles once, after the child is reaped, its whole group is gone and every line has been delivered. A group that
   * survives SIGKILL for 2 s is no longer waited for.
   */
  readonly exited: Promise<ChildExit>;
  /**
   * Lines without their line ends, cut at 8 KiB; empty lines are left out. Beyond 1,000 per second all but the last ones
   * are dropped, and a line says how many. Listeners added in the same turn as `launch` miss nothing.
   */
  onLine(listener: (stream: 'stdout' | 'stderr', line: string) => void): void;
  /** Sends the group the polite signal, kills it after 2 s, and resolves like `exited`. Idempotent. `force` kills at once. */
  stop(options?: { readonly force?: boolean }): Promise<ChildExit>;
}

export interface ChildLauncher {
  launch(request: ChildRequest): ChildProcess;
}
