/**
 * The only place that knows about setTimeout and Date.now. Monotonic time is for deadlines, wall time for display, and
 * boot time reveals a missed sleep: on Linux it continues during sleep, while monotonic time stops.
 */
import { uptime } from 'node:os';
import { setTimeout as setNodeTimeout } from 'node:timers';
import { firstReport, withOwnSignal } from './abort-signal.ts';
import { markClosed, markOpened } from './lifetime-tracker.ts';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** Epoch milliseconds. */
  wallNow(): number;
  /** Milliseconds since the computer started, time asleep included; only differences mean anything, accurate to a second. */
  bootNow(): number;
  /** Runs `action` once after `delayMs` unless canceled. Keeps the process alive. */
  after(delayMs: number, action: () => void): Timer;
}

/**
 * A timer that fires this late was delayed by a stopped process or a blocked event loop. The answer that it guards against
 * missing may be in the socket already. Node runs timers before it reads sockets, so such a timer lets sockets be read first.
 */
const stallMs = 1_000;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  // CLOCK_BOOTTIME on Linux, the wall clock minus kern.boottime on macOS: setting the wall clock moves neither.
  bootNow: () => uptime() * 1000,
  after: (delayMs, action) => {
    const dueAt = performance.now() + delayMs;
    let late: NodeJS.Immediate | undefined;
    const handle = setNodeTimeout(
      () => {
        markClosed(handle);
        if (performance.now() - dueAt < stallMs) action();
        else late = setImmediate(action);
      },
      Math.max(0, delayMs),
    );
    markOpened(handle, () => `timer of ${delayMs} ms`);
    return {
      cancel: () => {
        markClosed(handle);
        clearTimeout(handle);
        clearImmediate(late);
      },
    };
  },
};

/** Resolves after all sockets and timers that are due have had their turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves true after `delayMs`, or false at once when one of the signals aborts first. Never rejects. */
export async function sleep(
  clock: Clock,
  delayMs: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<boolean> {
  const isOver = await firstReport<true>(
    (report) => {
      const timer = clock.after(delayMs, () => report(true));
      return () => timer.cancel();
    },
    ...signals,
  );
  return isOver === true;
}

/** The value of `work`, or `'deadline'` when `delayMs` pass first. The work itself continues. */
export async function withDeadline<T>(
  clock: Clock,
  delayMs: number,
  work: Promise<T>,
): Promise<T | 'deadline'> {
  let timer: Timer | undefined;
  const deadline = new Promise<'deadline'>((resolve) => {
    timer = clock.after(delayMs, () => {
      resolve('deadline');
    });
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    timer?.cancel();
  }
}

export interface WorkLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `work` with a signal that aborts with the given one or when the time is up. Its reason is a text: `aborted`, or that there was
 * no answer. `deadline`: for work that is no longer limited in time.
 */
export const withLimit = <T>(
  { clock, timeoutMs, signal }: WorkLimit,
  work: (signal: AbortSignal, deadline: Timer) => Promise<T>,
): Promise<T> =>
  withOwnSignal([signal], async (own) => {
    const deadline = clock.after(timeoutMs, () => own.abort(`no answer within ${timeoutMs / 1000} s`));
    try {
      return await work(own.signal, deadline);
    } finally {
      deadline.cancel();
    }
  });
