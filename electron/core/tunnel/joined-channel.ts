import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Of a client: with Node's own 16 KiB a channel would stop and go on at each piece. */
export const joinedHighWaterMark = 256 * 1024;

/**
 * Joins a client, which is paused, to a channel. The end of either side is passed on and leaves the other open; a side that breaks
 * takes the other with it.
 */
export function joinChannel(client: Socket, channel: Duplex, early: Buffer = Buffer.alloc(0)): void {
  // It may have left while its channel was being opened.
  if (client.destroyed) {
    channel.on('error', () => undefined).destroy();
    return;
  }
  // So may the channel, and its end has been told to nobody.
  if (channel.destroyed) {
    client.destroy();
    return;
  }
  channel.on('error', () => client.destroy());
  channel.on('close', () => client.destroySoon());
  client.on('close', () => {
    // One that has said all it had to say may leave before the target has taken it.
    if (!client.readableEnded || client.errored !== null) channel.destroy();
  });
  if (early.length > 0) channel.write(early);
  client.pipe(channel);
  channel.on('data', () => {
    writeTogether(client);
  });
  channel.pipe(client);
}

/** A channel's bytes come as pieces of frames, several in a turn: one system call takes them all. */
function writeTogether(client: Socket): void {
  if (client.writableCorked > 0) return;
  client.cork();
  process.nextTick(() => {
    client.uncork();
  });
}
