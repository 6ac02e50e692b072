/**
 * Detects a Unix socket whose accept queue is full. Linux fails connect(2) with EAGAIN. xnu fails with ECONNREFUSED
 * (bsd/kern/uipc_socket2.c, sonewconn_internal), as it does without a listener; and its queue holds at most 128
 * connections (kern.ipc.somaxconn), which a burst of held clients exceeds.
 */
import { existsSync } from 'node:fs';
import type { ConnectError } from './connect-error.ts';

/** A temporary shortage; it does not mean that the listener is dead. */
export const fullQueueCode = 'EAGAIN';

/**
 * The error of a connection to the socket at `path`, with `fullQueueCode` if the queue may be full. A dead listener
 * leaves its file behind, so on macOS only the end of its process tells the two apart; without a file there is no
 * listener.
 */
export function readPathError(
  error: ConnectError,
  path: string,
  platform: NodeJS.Platform = process.platform,
): ConnectError {
  if (platform !== 'darwin' || error.code !== 'ECONNREFUSED' || !existsSync(path)) return error;
  return Object.assign(new Error(`connect ${fullQueueCode} ${path}`, { cause: error }), {
    code: fullQueueCode,
  });
}
