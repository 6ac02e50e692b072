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
      ignoreSignals();
      resolve(value);
    };
    const ignoreSignals = onAbort(signals, () => settle(null));
    const unsubscribe = subscribe(settle);
  });
}

/** Runs `work` with a signal of its own, which also aborts with one of the given ones, for the reason `aborted`. */
export async function withOwnSignal<T>(
  signals: Signals,
  work: (own: AbortController) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const abort = (): void => own.abort('aborted');
  const ignoreSignals = onAbort(signals, abort);
  if (haveAborted(signals)) abort();
  try {
    return await work(own);
  } finally {
    ignoreSignals();
  }
}

/** Not called if one has aborted already. As many may listen to one signal as there are clients: Node need not warn. */
export function onAbort(signals: Signals, listener: () => void): () => void {
  const given = signals.filter((signal) => signal !== undefined);
  for (const signal of given) {
    setMaxListeners(0, signal);
    signal.addEventListener('abort', listener);
  }
  return () => {
    for (const signal of given) signal.removeEventListener('abort', listener);
  };
}

const haveAborted = (signals: Signals): boolean => signals.some((signal) => signal?.aborted === true);
