/**
 * A Unix socket whose queue of connections is full. Linux answers connect(2) with EAGAIN. xnu answers with ECONNREFUSED
 * (bsd/kern/uipc_socket2.c, sonewconn_internal), as it does where nobody listens; and its queue holds 128 at the most
 * (kern.ipc.somaxconn), which a burst of held clients exceeds.
 */
import { existsSync } from 'node:fs';
import type { ConnectError } from './connect-error.ts';

/** For a moment there is no room, which is no sign of death. */
export const fullQueueCode = 'EAGAIN';

/**
 * The error of a connection to the socket at `path`, with `fullQueueCode` where the queue may be full. What has died keeps
 * its file too, so on macOS the end of its process is what tells; a file that is gone has no listener.
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
