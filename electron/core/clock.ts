/**
 * The only place that knows about setTimeout and Date.now. Monotonic time is for deadlines, wall time for display;
 * the two part ways while the computer sleeps, which is how a missed sleep is noticed.
 */
import { setTimeout as setNodeTimeout } from 'node:timers';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** Epoch milliseconds. */
  wallNow(): number;
  /** Runs `action` once after `delayMs` unless cancelled. Keeps the process alive. */
  after(delayMs: number, action: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after: (delayMs, action) => {
    const handle = setNodeTimeout(action, Math.max(0, delayMs));
    return {
      cancel: () => {
        clearTimeout(handle);
      },
    };
  },
};

/** Resolves true after `delayMs`, or false at once when `signal` aborts first. Never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve(false);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      resolve(false);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The value of `work`, or `'deadline'` when `delayMs` pass first. The work itself goes on. */
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
