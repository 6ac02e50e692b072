/**
 * Waiting and working until a signal aborts. No listener stays on the given signals, which may live as long as a forward or the
 * app. `AbortSignal.any` does not guarantee this in Node 20: each of its signals leaks some 70 bytes there.
 */
import { setMaxListeners } from 'node:events';

type Signals = readonly (AbortSignal | undefined)[];

/**
 * What `subscribe` reports first; null at once when one of the signals aborts. `subscribe` returns a function that unsubscribes, must
 * not report before that, and must not throw. Never rejects.
 */
export function firstReport<T>(
  subscribe: (report: (value: T) => void) => () => unknown,
  ...signals: Signals
): Promise<T | null> {
  if (haveAborted(signals)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const settle = (value: T | null): void => {
      unsubscribe();
      for (const signal of signals) signal?.removeEventListener('abort', onAbort);
      resolve(value);
    };
    const onAbort = (): void => settle(null);
    listen(signals, onAbort);
    const unsubscribe = subscribe(settle);
  });
}

/** Runs `work` with a signal of its own, which also aborts with one of the given ones, for the reason `aborted`. */
export async function withOwnSignal<T>(
  signals: Signals,
  work: (own: AbortController) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const onAbort = (): void => own.abort('aborted');
  listen(signals, onAbort);
  if (haveAborted(signals)) onAbort();
  try {
    return await work(own);
  } finally {
    for (const signal of signals) signal?.removeEventListener('abort', onAbort);
  }
}

/** As many may wait for one signal as there are clients: no reason for Node to warn. */
function listen(signals: Signals, onAbort: () => void): void {
  for (const signal of signals) {
    if (signal === undefined) continue;
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort);
  }
}

const haveAborted = (signals: Signals): boolean => signals.some((signal) => signal?.aborted === true);
