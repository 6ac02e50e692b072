import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { systemClock } from '../clock.ts';
import { splice } from './splice.ts';
import { connectClient, RemoteEnd, type Peer } from './testing/loopback-peers.ts';
import { connectUpstream, type UpstreamConnection } from './upstream-connection.ts';

let server: Server;
let remote: RemoteEnd;
let peer: Peer;
let client: Socket;
let upstream: UpstreamConnection;
let told: string[];
let answerDoubt: (hasTunnelGone: boolean) => void;

/** A client spliced to a connection that ended before a byte was sent; whether its tunnel has died is not known yet. */
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  remote = await RemoteEnd.listen('tcp', ({ socket }) => socket.end());
  const accepted = once(server, 'connection');
  peer = await connectClient((server.address() as AddressInfo).port);
  [client] = (await accepted) as [Socket];
  client.on('error', () => undefined);
  told = [];
  await new Promise<void>((resolve) => {
    connectUpstream(
      remote.endpoint,
      {
        onConnected: (connection) => {
          upstream = connection;
          splice({ socket: client, early: [], hasEnded: false }, upstream, {
            onAsked: () => undefined,
            onAnswered: () => undefined,
            onUnanswered: () => undefined,
            onFirstBytes: () => undefined,
            onEndedUnused: () => undefined,
            onClosed: () => told.push('closed'),
            hasTunnelGone: () => {
              told.push('in doubt');
              return new Promise((answer) => (answerDoubt = answer));
            },
            isCutOff: () => null,
            onTakenBack: () => told.push('taken back'),
          });
          resolve();
        },
        onFailed: () => undefined,
      },
      systemClock,
    );
  });
  await eventually('the doubt', () => told.includes('in doubt'));
});

afterEach(async () => {
  peer.socket.destroy();
  upstream.socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await remote.close();
});

/** How some systems report the death of a process: first the end of file, then the reset. */
async function breakUpstream(): Promise<void> {
  const closed = once(upstream.socket, 'close');
  upstream.socket.destroy();
  await closed;
}

describe('a client whose connection ended and then broke, while the death of its tunnel is in doubt', () => {
  it('is given back intact if the tunnel has died', async () => {
    await breakUpstream();
    answerDoubt(true);
    await eventually('it is told', () => told.length === 2);
    expect(told).toEqual(['in doubt', 'taken back']);
    client.end('for the next tunnel');
    expect(await peer.all()).toBe('for the next tunnel');
  });

  it('sees the break if the tunnel is alive', async () => {
    await breakUpstream();
    answerDoubt(false);
    expect(await peer.ended).toBe('reset');
    await eventually('it is told', () => told.length === 2);
    expect(told).toEqual(['in doubt', 'closed']);
  });
});
