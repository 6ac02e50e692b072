/** One try to connect, closed at once when it succeeds. */
import net from 'node:net';
import type { Clock } from '../clock.ts';
import type { Endpoint } from './tunnel-adapter.ts';

export type ConnectAttempt =
  | { readonly kind: 'connected' }
  | { readonly kind: 'failed'; readonly error: NodeJS.ErrnoException }
  | { readonly kind: 'cancelled' };

/** Never rejects; leaves no socket behind. A host name is looked up anew each time. */
export function attemptConnect(endpoint: Endpoint, signal: AbortSignal): Promise<ConnectAttempt> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ kind: 'cancelled' });
      return;
    }
    const socket = connectTo(endpoint);
    const settle = (attempt: ConnectAttempt): void => {
      signal.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(attempt);
    };
    const cancel = (): void => {
      settle({ kind: 'cancelled' });
    };
    signal.addEventListener('abort', cancel, { once: true });
    socket.once('connect', () => {
      settle({ kind: 'connected' });
    });
    // Not once: an error after `destroy` must not become an uncaught one.
    socket.on('error', (error) => {
      settle({ kind: 'failed', error: firstErrorOf(error) });
    });
  });
}

export type ClosingAnswer =
  | { readonly kind: 'closed' }
  /** Connected, and not closed within the deadline. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly error: NodeJS.ErrnoException };

/** Waits for the listener to close a connection, whatever it sends before. Never rejects; leaves no socket behind. */
export function awaitClosing(endpoint: Endpoint, deadlineMs: number, clock: Clock): Promise<ClosingAnswer> {
  return new Promise((resolve) => {
    const socket = connectTo(endpoint);
    const timer = clock.after(deadlineMs, () => {
      settle({ kind: 'silent' });
    });
    const settle = (answer: ClosingAnswer): void => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', (error) => {
      settle({ kind: 'failed', error: firstErrorOf(error) });
    });
    socket.once('end', () => {
      settle({ kind: 'closed' });
    });
    socket.resume();
  });
}

function connectTo(endpoint: Endpoint): net.Socket {
  return net.connect(
    endpoint.kind === 'unix' ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port },
  );
}

/** A name with several addresses fails with one error for each; the first one is told. */
function firstErrorOf(error: Error): NodeJS.ErrnoException {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first : error;
}
