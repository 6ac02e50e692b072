/**
 * A child as the adapters see it: its own process group, its lines as they come, its end as a value. Starting never
 * throws and `exited` never rejects; a program that could not be started is an end with a `startError`.
 */
export interface ChildRequest {
  /** For the log and the list of living children: `ssh bastion`. */
  readonly name: string;
  /** The program, looked up on the child's own PATH, and its arguments; no shell ever sees them. */
  readonly argv: readonly [string, ...string[]];
  /** Laid over the environment that the launcher gives to every child. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it has started ends with LocalPort, even where that has left its group. */
  readonly ownsDescendants?: boolean;
  /** What `stop` asks with first; SIGTERM by default. */
  readonly politeSignal?: 'SIGTERM' | 'SIGINT';
  /** What it reads from its stdin, which is empty otherwise. It is in no log. */
  readonly input?: string;
  /** For a program whose output is an answer: none of its lines is dropped. The caller limits what it keeps. */
  readonly keepsEveryLine?: boolean;
}

export interface ChildExit {
  /** null when a signal ended it or when it never started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when it could not be started: ENOENT, EACCES… */
  readonly startError: { readonly code: string; readonly message: string } | null;
  /** It ended after `stop` was called. */
  readonly stopped: boolean;
  /** It did not end: some process of its group still runs, though it was sent SIGKILL. It is no longer waited for. */
  readonly survived: boolean;
  /** The last lines of stderr, oldest first. */
  readonly lastLines: readonly string[];
}

export interface ChildProcess {
  /** Also the id of its process group; null when it could not be started. */
  readonly pid: number | null;
  /**
   * Settles once, after the child is reaped, its whole group is gone and every line has been delivered. A group that
   * survives SIGKILL for 2 s is waited for no longer.
   */
  readonly exited: Promise<ChildExit>;
  /**
   * Lines without their line ends, cut at 8 KiB, without the empty ones. Of more than 1,000 in a second the others but
   * for the last are dropped; a line tells how many. Listeners added in the same turn as `launch` miss nothing.
   */
  onLine(listener: (stream: 'stdout' | 'stderr', line: string) => void): void;
  /** Asks the group politely, kills it after 2 s, and resolves like `exited`. Idempotent. `force` kills at once. */
  stop(options?: { readonly force?: boolean }): Promise<ChildExit>;
}

export interface ChildLauncher {
  launch(request: ChildRequest): ChildProcess;
}
