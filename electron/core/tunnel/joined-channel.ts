import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { InProcessSocket } from '../connect/in-process-server.ts';
import { reset } from '../relay/reset.ts';
import { SpdyStream } from '../spdy/spdy-stream.ts';

/** For the client's socket: with Node's default of 16 KiB, a channel would pause and resume for each chunk. */
export const joinedHighWaterMark = 256 * 1024;

/**
 * Joins a paused client to a channel. EOF from one side is passed on and leaves the other direction open; an error on
 * one side resets the other, as far as its kind of socket can.
 */
export function joinChannel(client: Socket, channel: Duplex, early: Buffer = Buffer.alloc(0)): void {
  // The client may have disconnected while its channel was being opened.
  if (client.destroyed) {
    channel.on('error', () => undefined).destroy();
    return;
  }
  // The channel may be closed too, and its 'close' event was emitted before anyone listened.
  if (channel.destroyed) {
    reset(client);
    return;
  }
  channel.on('error', () => reset(client));
  channel.on('close', () => {
    if (channel.readableEnded) client.destroySoon();
    else reset(client);
  });
  client.on('close', () => {
    // A client that has sent everything may disconnect before the target has received all of it.
    if (!client.readableEnded || client.errored !== null) channel.destroy();
  });
  if (early.length > 0) channel.write(early);
  client.pipe(channel);
  if (client instanceof InProcessSocket) {
    if (channel instanceof SpdyStream) channel.borrower = client;
  } else
    channel.on('data', () => {
      writeTogether(client);
    });
  channel.pipe(client);
}

/**
 * A channel delivers several frames per turn of the event loop; corking writes them to the client in one system call.
 */
function writeTogether(client: Socket): void {
  if (client.writableCorked > 0) return;
  client.cork();
  process.nextTick(() => {
    client.uncork();
  });
}
