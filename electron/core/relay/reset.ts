import type { Socket } from 'node:net';
import { errorCode } from './errno.ts';

/**
 * Ends a connection so that its peer sees a failure: a clean end would make a cut-off transfer look complete. Only TCP
 * has a reset; the peer of a Unix socket learns of it by the end of file and by EPIPE. A socket whose FIN is just being
 * sent cannot be reset (libuv's uv_tcp_close_reset) and need not be: all its bytes are out.
 */
export function reset(socket: Socket): void {
  const isSendingFin = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
  if (isTcp(socket) && !isSendingFin) socket.resetAndDestroy();
  else socket.destroy();
}

/**
 * Calls `onEnd` when a socket that reports its end was not reset instead; a reset shows in `close`, which follows. libuv reports a
 * reset that arrives in one turn of the event loop with bytes as an end (uv__stream_io: POLLHUP after a partial read). What is
 * sent then fails with ECONNRESET, or with EPIPE where the end came before the reset (tcp_reset of Linux): bytes that wait to
 * be sent do so in this turn, and an empty write, which puts nothing on the wire, at once. Where our half has ended nobody
 * can tell.
 */
export function whenEndIsTrue(socket: Socket, onEnd: () => void): void {
  if (!isTcp(socket)) onEnd();
  else if (socket.writableLength > 0)
    setImmediate(() => {
      if (!socket.destroyed) onEnd();
    });
  else {
    if (!socket.writableEnded) socket.write('');
    if (socket.errored === null || endedBeforeReset(socket)) onEnd();
  }
}

/** The peer had ended its half before it reset the connection, so what it said is complete. */
export const endedBeforeReset = ({ readableEnded, errored }: Socket): boolean =>
  readableEnded && errored !== null && errorCode(errored) === 'EPIPE';

/** By its own end: the other one is not known any more after a reset. */
const isTcp = (socket: Socket): boolean => socket.localFamily !== undefined;
