import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

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
  channel.pipe(client);
}
