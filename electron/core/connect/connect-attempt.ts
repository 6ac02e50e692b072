/** A single connection attempt that is closed at once when it succeeds. */
import net from 'node:net';
import { firstReport } from '../abort-signal.ts';
import type { Clock } from '../clock.ts';
import { readPathError } from './full-queue.ts';
import { dial, openSocket } from './happy-eyeballs.ts';
import type { Endpoint } from './endpoint.ts';

export type ConnectAttempt =
  | { readonly kind: 'connected' }
  | { readonly kind: 'failed'; readonly error: NodeJS.ErrnoException }
  | { readonly kind: 'canceled' };

/**
 * Never rejects and leaves no open socket. A host name is resolved again each time (shared-lookup.ts), and any of its addresses counts.
 */
export async function attemptConnect(
  endpoint: Endpoint,
  signal: AbortSignal,
  clock: Clock,
): Promise<ConnectAttempt> {
  const attempt = await firstReport<ConnectAttempt>((report) => {
    const dialing = dial(
      endpoint,
      { clock, open: (target) => openSocket(target) },
      {
        onConnected: (socket) => {
          socket.destroy();
          report({ kind: 'connected' });
        },
        onFailed: (error) => {
          report({ kind: 'failed', error });
        },
      },
    );
    return () => dialing.abort();
  }, signal);
  return attempt ?? { kind: 'canceled' };
}

export type ClosingAnswer =
  | { readonly kind: 'closed' }
  /** Connected, but not closed within the deadline. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly error: NodeJS.ErrnoException };

/**
 * Waits for the listener of a Unix socket to close a connection and ignores what it sends before. Never rejects and
 * leaves no open socket.
 */
export function awaitClosing(
  path: string,
  deadlineMs: number,
  clock: Clock,
  platform?: NodeJS.Platform,
): Promise<ClosingAnswer> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    const timer = clock.after(deadlineMs, () => {
      settle({ kind: 'silent' });
    });
    const settle = (answer: ClosingAnswer): void => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', (error) => {
      settle({ kind: 'failed', error: readPathError(error, path, platform) });
    });
    socket.once('end', () => {
      settle({ kind: 'closed' });
    });
    socket.resume();
  });
}
