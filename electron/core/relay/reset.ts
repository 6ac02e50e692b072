import type { Socket } from 'node:net';
import { InProcessSocket } from '../connect/in-process-server.ts';
import { errorCode } from './errno.ts';

/**
 * Ends a connection so that its peer sees a failure: a clean end would make a cut-off transfer look complete. Only TCP
 * has a reset, and connections in this process; the peer of a Unix socket sees the end of file, and EPIPE. A socket whose FIN is just being sent cannot be
 * reset (libuv's uv_tcp_close_reset), and need not be: all its bytes have been sent.
 */
export function reset(socket: Socket): void {
  if (socket instanceof InProcessSocket) {
    socket.resetAndDestroy();
    return;
  }
  const isSendingFin = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
  if (isTcp(socket) && !isSendingFin) socket.resetAndDestroy();
  else socket.destroy();
}

/**
 * Call this when a socket reports its end: calls `onEnd` unless the socket was in fact reset; a reset shows in the `close`
 * that follows. libuv reports a reset as an end if it arrives in the same turn of the event loop as bytes (uv__stream_io:
 * POLLHUP after a partial read). Writing then fails with ECONNRESET, or with EPIPE if the end came before the reset (Linux,
 * tcp_reset): queued bytes fail in this turn, and an empty write, which puts nothing on the wire, fails at once. If our half
 * has ended, the two cannot be told apart.
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

/** The peer had ended its half before it reset the connection, so all its bytes have arrived. */
export const endedBeforeReset = ({ readableEnded, errored }: Socket): boolean =>
  readableEnded && errored !== null && errorCode(errored) === 'EPIPE';

/** Uses the local address: the remote one is no longer known after a reset. */
const isTcp = (socket: Socket): boolean => socket.localFamily !== undefined;
