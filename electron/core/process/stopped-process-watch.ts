/**
 * Notices children that were stopped (SIGSTOP): such a process keeps its sockets and answers no client, and without clients
 * nothing else would reveal that. Checks only while there are children.
 */
import type { Clock, Timer } from '../clock.ts';
import type { GroupRegistry } from './group-registry.ts';
import { findStopped } from './process-state.ts';

export interface StoppedProcessWatchParts {
  readonly clock: Clock;
  /** Called once each time that a group is found stopped. */
  readonly onStopped: (pgid: number) => void;
  readonly find?: typeof findStopped;
}

/** Reported after two checks in a row: a shell with job control stops its children for a moment. */
const lookIntervalMs = 5_000;

export class StoppedProcessWatch implements GroupRegistry {
  readonly #parts: StoppedProcessWatchParts;
  readonly #groups = new Set<number>();
  #stopped: ReadonlySet<number> = new Set();
  #timer: Timer | null = null;
  #isClosed = false;

  constructor(parts: StoppedProcessWatchParts) {
    this.#parts = parts;
  }

  add(pgid: number): void {
    this.#groups.add(pgid);
    this.#lookLater();
  }

  remove(pgid: number): void {
    this.#groups.delete(pgid);
    if (this.#groups.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #lookLater(): void {
    if (this.#isClosed || this.#groups.size === 0) return;
    this.#timer ??= this.#parts.clock.after(lookIntervalMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { find = findStopped, onStopped } = this.#parts;
    const before = this.#stopped;
    this.#stopped = await find([...this.#groups]);
    // A new timer may have been set in the meantime, when the last child left and another came.
    this.#timer?.cancel();
    this.#timer = null;
    this.#lookLater();
    for (const pgid of this.#stopped) if (before.has(pgid) && this.#groups.has(pgid)) onStopped(pgid);
  }
}
