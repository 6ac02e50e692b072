import type { Clock, Timer } from '../clock.ts';
import { markClosed, markOpened } from '../lifetime-tracker.ts';

interface PendingTimer {
  readonly dueAt: number;
  readonly order: number;
  readonly action: () => void;
}

/** A clock that moves only when a test advances it. Timers fire in order of due time, then of creation. */
export class FakeClock implements Clock {
  #monotonicMs = 0;
  #asleepMs = 0;
  #wallMs: number;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#monotonicMs;
  }

  wallNow(): number {
    return this.#wallMs;
  }

  bootNow(): number {
    return this.#monotonicMs + this.#asleepMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const timer: PendingTimer = {
      dueAt: this.#monotonicMs + Math.max(0, delayMs),
      order: this.#order++,
      action,
    };
    this.#timers.add(timer);
    markOpened(timer, () => `timer of a FakeClock, ${timer.dueAt - this.#monotonicMs} ms before it is due`);
    return {
      cancel: () => {
        this.#forget(timer);
      },
    };
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Advances all clocks, fires the timers that are due, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const target = this.#monotonicMs + ms;
    await settle();
    for (let next = this.#nextDue(target); next !== undefined; next = this.#nextDue(target)) {
      this.#moveTo(next.dueAt);
      this.#forget(next);
      next.action();
      await settle();
    }
    this.#moveTo(target);
    await settle();
  }

  /** Time passes until the promise settles. */
  async passUntil<T>(promise: Promise<T>): Promise<T> {
    const settled = new AbortController();
    void promise.finally(() => settled.abort());
    while (!settled.signal.aborted) {
      await this.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return promise;
  }

  /** The process with this clock has crashed: none of its timers fires any more. */
  crash(): void {
    for (const timer of this.#timers) this.#forget(timer);
  }

  /** The computer slept: wall and boot time moved on, the monotonic clock and its timers did not. */
  sleep(ms: number): void {
    this.#wallMs += ms;
    this.#asleepMs += ms;
  }

  /** Sets the wall clock forward or back. */
  setWall(byMs: number): void {
    this.#wallMs += byMs;
  }

  #forget(timer: PendingTimer): void {
    this.#timers.delete(timer);
    markClosed(timer);
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs = Math.max(monotonicMs, this.#monotonicMs);
  }

  #nextDue(until: number): PendingTimer | undefined {
    return [...this.#timers]
      .filter((timer) => timer.dueAt <= until)
      .sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0];
  }
}

/** Lets every promise that can settle now settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
