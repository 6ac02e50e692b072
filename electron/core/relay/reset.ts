import type { Socket } from 'node:net';
import { errorCode } from './errno.ts';

/**
 * Ends a connection so that its peer sees a failure: a clean end would make a cut-off transfer look complete. Only TCP
 * has a reset; the peer of a Unix socket learns of it by the end of file and by EPIPE. A socket whose FIN is just being
 * sent cannot be reset (libuv's uv_tcp_close_reset) and need not be: all its bytes are out.
 */
export function reset(socket: Socket): void {
  const isTcp = socket.remoteFamily !== undefined;
  const isSendingFin = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
  if (isTcp && !isSendingFin) socket.resetAndDestroy();
  else socket.destroy();
}

/** The peer had ended its half before it reset the connection, so what it said is complete. */
export const endedBeforeReset = ({ readableEnded, errored }: Socket): boolean =>
  readableEnded && errored !== null && errorCode(errored) === 'EPIPE';
