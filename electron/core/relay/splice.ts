/**
 * Two sockets made one. Invariants:
 *   1. Bytes go through unchanged and in order, both ways; a slow reader stops the other side's writer.
 *   2. The end of one direction is passed on and leaves the other open (half-close, RFC 9293 section 3.6).
 *   3. A side that breaks resets the other: a cut-off transfer never looks complete.
 *   4. Bytes once taken from a client are never sent again through another tunnel. Nobody here can know whether the
 *      remote end has acted on them: a payment could be made twice. Only a client of whom no byte was taken, and to
 *      whom none was sent, can go back into the hold.
 */
import type { Socket } from 'node:net';
import { reset } from './reset.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

export interface SpliceListener {
  /** Both sockets are closed, or the client was taken back. Called once. */
  onClosed(): void;
  /**
   * The upstream ended unused (invariant 4): because its tunnel died, or because the far end wants it so? Resolves to
   * true when it was the tunnel; then the client is handed over by `onTakenBack`, else it sees the end.
   */
  hasTunnelGone(): Promise<boolean>;
  /** The client is no longer spliced: paused, unread, and without our listeners. */
  onTakenBack(): void;
}

/** Joins a paused client to an upstream that has just connected. Both sockets need an `error` listener of their own. */
export function splice(client: Socket, upstream: UpstreamConnection, listener: SpliceListener): void {
  const { socket } = upstream;
  let isUpstreamStopped = false;

  // The upstream reads into one buffer, so it stops until the client's kernel has taken all of it.
  const continueUpstream = (): void => {
    if (!isUpstreamStopped || client.writableLength > 0) return;
    isUpstreamStopped = false;
    socket.resume();
  };
  upstream.onBytes = (bytes) => {
    client.write(bytes, continueUpstream);
    isUpstreamStopped = client.writableLength > 0;
    return !isUpstreamStopped;
  };

  const sendToUpstream = (bytes: Buffer): void => {
    if (!socket.write(bytes) && socket.writableLength > 0) client.pause();
  };
  const endUpstream = (): void => {
    socket.end();
  };
  const onClientClosed = (): void => {
    onSideClosed(client, socket);
  };

  const continueClient = (): void => {
    client.resume();
  };
  let isInDoubt = false;
  const endClient = (): void => {
    if (!isInDoubt) void passOnUnlessTakenBack();
  };
  const onUpstreamClosed = (): void => {
    if (isInDoubt) return;
    if (socket.readableEnded) onSideClosed(socket, client);
    else void passOnUnlessTakenBack();
  };
  const passOnUnlessTakenBack = async (): Promise<void> => {
    if (isUnused()) {
      isInDoubt = true;
      const isTunnelGone = await listener.hasTunnelGone();
      isInDoubt = false;
      // Meanwhile the client may have spoken or left.
      if (isTunnelGone && isUnused()) {
        takeBack();
        return;
      }
    }
    if (socket.closed) onSideClosed(socket, client);
    else client.end();
  };

  let openSides = 2;
  const onSideClosed = (side: Socket, other: Socket): void => {
    const endedBothWays = side.readableEnded && side.writableFinished;
    if (!endedBothWays) reset(other);
    openSides -= 1;
    if (openSides === 0) listener.onClosed();
  };
  const isUnused = (): boolean =>
    client.bytesRead === 0 && socket.bytesRead === 0 && !client.readableEnded && !client.destroyed;
  const takeBack = (): void => {
    client.pause();
    client.off('data', sendToUpstream).off('end', endUpstream).off('close', onClientClosed);
    socket.off('close', onUpstreamClosed).destroy();
    listener.onClosed();
    listener.onTakenBack();
  };

  client.on('data', sendToUpstream).on('end', endUpstream).on('close', onClientClosed);
  socket.on('drain', continueClient).on('end', endClient).on('close', onUpstreamClosed);
  client.resume();
}
