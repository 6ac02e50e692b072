/**
 * Joins two sockets. Invariants:
 *   1. Bytes go through unchanged and in order, both ways; a slow reader stops the other side's writer.
 *   2. The end of one direction is passed on and leaves the other open (half-close, RFC 9293 section 3.6).
 *   3. A side that breaks resets the other: a cut-off transfer never looks complete. If a side had ended before it broke,
 *      the other gets everything that it sent.
 *   4. Bytes once sent are never sent again through another tunnel: the remote end may have acted on them, and a payment
 *      could be made twice. Only a client of an unused splice, through which neither a byte nor an end has gone, can go
 *      back into the hold.
 */
import type { Socket } from 'node:net';
import type { ReleasedClient } from './held-socket.ts';
import { endedBeforeReset, reset, whenEndIsTrue } from './reset.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

export interface SpliceListener {
  /** Bytes went to the upstream, the first since its last bytes. */
  onAsked(): void;
  /** The upstream has sent bytes. */
  onAnswered(): void;
  /** The upstream never will. One of the two follows each `onAsked` unless the connection closes first. */
  onUnanswered(): void;
  /** The first bytes came back. `firstAsked`: the first byte that the client had sent; null: it had sent nothing. */
  onFirstBytes(bytes: Uint8Array, firstAsked: number | null): void;
  /**
   * The remote end ended the connection before it sent a byte, and not in response to the client's end. `isAwaited`: bytes of
   * the client were not answered.
   */
  onEndedUnused(isAwaited: boolean): void;
  /** Both sockets are closed. */
  onClosed(): void;
  /**
   * The upstream ended unused (invariant 4). Resolves to whether its tunnel has died: then the client is given back through
   * `onTakenBack`; otherwise the remote end ended the connection on purpose, and the client sees the end.
   */
  hasTunnelGone(): Promise<boolean>;
  /** The upstream ended after bytes had gone through. Whether its tunnel has died, so that more may be missing; null: no. */
  isCutOff(): Promise<boolean> | null;
  /** The client is no longer spliced: paused, and without our listeners. Comes instead of `onClosed`. */
  onTakenBack(): void;
}

export interface Splice {
  /** The client has ended its half, and nothing has come back since: it waits for an answer, or left long ago. */
  isAbandoned(): boolean;
}

/** Joins a client to an upstream that has just connected. Both sockets need an `error` listener of their own. */
export function splice(
  { socket: client, early, hasEnded }: ReleasedClient,
  upstream: UpstreamConnection,
  listener: SpliceListener,
): Splice {
  const { socket } = upstream;
  let isUnused = true;
  let isAwaited = false;
  let hasAnswered = false;
  let firstAsked: number | null = null;
  let isQuietSinceEnd = false;
  let hasUpstreamEnded = false;
  let isInDoubt = false;
  let isUpstreamStopped = false;
  let isUpstreamClosed = false;
  let openSides = 2;

  const sendToUpstream = (bytes: Buffer): void => {
    isUnused = false;
    firstAsked ??= bytes[0] ?? null;
    if (!isAwaited) onAsked();
    if (!socket.write(bytes) && socket.writableLength > 0) client.pause();
  };
  const continueClient = (): void => {
    client.resume();
  };
  const onClientEnded = (): void => {
    whenEndIsTrue(client, endUpstream);
  };
  const endUpstream = (): void => {
    isUnused = false;
    isQuietSinceEnd = true;
    socket.end();
  };

  // The upstream reads into one buffer, so reading stops until the kernel has taken all of it for the client.
  const sendToClient = (bytes: Uint8Array): boolean => {
    isUnused = false;
    isQuietSinceEnd = false;
    if (!hasAnswered) listener.onFirstBytes(bytes, firstAsked);
    hasAnswered = true;
    if (isAwaited) listener.onAnswered();
    isAwaited = false;
    client.write(bytes, continueUpstream);
    isUpstreamStopped = client.writableLength > 0;
    return !isUpstreamStopped;
  };
  const continueUpstream = (): void => {
    if (!isUpstreamStopped || client.writableLength > 0) return;
    isUpstreamStopped = false;
    socket.resume();
  };

  const onAsked = (): void => {
    // The upstream can no longer answer.
    if (hasUpstreamEnded) return;
    isAwaited = true;
    listener.onAsked();
  };
  /** The remote end ended it, not we. */
  const noteEnd = (): void => {
    if (hasUpstreamEnded) return;
    hasUpstreamEnded = true;
    const isExpected = client.readableEnded && !isAwaited;
    if (!hasAnswered && !isExpected) listener.onEndedUnused(isAwaited);
    if (isAwaited) listener.onUnanswered();
    isAwaited = false;
  };

  const onUpstreamEnded = (): void => {
    whenEndIsTrue(socket, () => {
      noteEnd();
      void passOnEnd();
    });
  };
  const onUpstreamClosed = (): void => {
    isUpstreamClosed = true;
    if (socket.errored !== null) noteEnd();
    if (isInDoubt) return;
    if (socket.readableEnded) onSideClosed(socket, client);
    else void passOnEnd();
  };
  const onClientClosed = (): void => {
    onSideClosed(client, socket);
  };

  const passOnEnd = async (): Promise<void> => {
    if (isUnused) {
      if (await isTakenBack()) return;
      if (isUpstreamClosed) onSideClosed(socket, client);
      else client.end();
      return;
    }
    // A client that has left need not know, and a broken connection is known to be cut off.
    const isOrderly = (): boolean => socket.readableEnded && socket.errored === null;
    const cutOff = client.destroyed || !isOrderly() ? null : listener.isCutOff();
    if (cutOff !== null) isInDoubt = true;
    const isCutOff = cutOff !== null && (await cutOff);
    isInDoubt = false;
    if (isCutOff) reset(client);
    else if (!isUpstreamClosed || isOrderly()) client.end();
    if (isUpstreamClosed) onSideClosed(socket, client);
  };
  const isTakenBack = async (): Promise<boolean> => {
    isInDoubt = true;
    // What the client says now must not go to a tunnel that may be dead.
    client.pause();
    const isTunnelGone = await listener.hasTunnelGone();
    isInDoubt = false;
    if (!isTunnelGone || client.destroyed) {
      client.resume();
      return false;
    }
    client.off('data', sendToUpstream).off('end', onClientEnded).off('close', onClientClosed);
    socket.off('close', onUpstreamClosed).destroy();
    listener.onTakenBack();
    return true;
  };
  const onSideClosed = (side: Socket, other: Socket): void => {
    const endedBothWays = side.readableEnded && side.writableFinished;
    if (endedBeforeReset(side)) other.destroySoon();
    else if (!endedBothWays) reset(other);
    openSides -= 1;
    if (openSides === 0) listener.onClosed();
  };

  upstream.onBytes = sendToClient;
  client.on('data', sendToUpstream).on('end', onClientEnded).on('close', onClientClosed);
  socket.on('drain', continueClient).on('end', onUpstreamEnded).on('close', onUpstreamClosed);
  client.resume();
  for (const bytes of early) sendToUpstream(bytes);
  if (hasEnded) endUpstream();
  return { isAbandoned: () => isQuietSinceEnd };
}
