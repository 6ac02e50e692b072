import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { ServicePort } from './service-port.ts';
import { echo, freePort, type Peer } from './testing/loopback-peers.ts';
import { PortFixture, until } from './testing/port-fixture.ts';

let fixture: PortFixture;
let clock: FakeClock;
let local: ServicePort;

beforeEach(async () => {
  fixture = await PortFixture.create();
  clock = new FakeClock();
  local = await fixture.open({ clock });
});

afterEach(() => fixture.scope.close());

const direct = (endpoint: Endpoint): void => local.setUpstream({ tunnelId: 't1', endpoint, trialMs: null });
const shown = (...expected: string[]): Promise<void> =>
  until(() => expect(fixture.evidence).toEqual(expected));

async function behind(onConnection: (peer: Peer) => void): Promise<void> {
  direct((await fixture.remoteEnd(onConnection)).endpoint);
}

async function joined(): Promise<Peer> {
  const { connections } = local.counters();
  const client = await fixture.client();
  await until(() => expect(local.counters().connections).toBe(connections + 1));
  return client;
}

describe("what a client's connection shows", () => {
  it('is an answer, once for each connection', async () => {
    await behind((peer) => echo(peer.read()));
    const client = await joined();
    client.socket.write('a');
    await until(() => expect(client.text).toBe('a'));
    client.socket.write('b');
    await until(() => expect(client.text).toBe('ab'));
    await shown('t1: answered');
  });

  it('is another answer when a later answer is slow', async () => {
    let answer = (): void => undefined;
    await behind((peer) => {
      peer.socket.on('data', (bytes: Buffer) => {
        answer = () => void peer.socket.write(bytes);
        if (bytes.toString() === 'a') answer();
      });
    });
    const client = await joined();
    client.socket.write('a');
    await shown('t1: answered');
    client.socket.write('b');
    await until(() => expect(local.counters().bytesOut).toBe(2));
    await clock.advance(1_000);
    await shown('t1: answered', 't1: silent');
    answer();
    await shown('t1: answered', 't1: silent', 't1: answered');
  });

  it('is an end without an answer, unless the tunnel died', async () => {
    await behind((peer) => peer.socket.on('data', () => peer.socket.end()));
    const client = await joined();
    client.socket.write('hello');
    expect(await client.all()).toBe('');
    expect(fixture.evidence).toEqual([]);
    await clock.advance(150);
    await shown('t1: closed');
  });

  it('is silence, then an end, when the end comes late', async () => {
    let end = (): void => undefined;
    await behind((peer) => peer.socket.on('data', () => (end = () => void peer.socket.end())));
    const client = await joined();
    client.socket.write('hello');
    await until(() => expect(local.counters().bytesOut).toBe(5));
    await clock.advance(1_000);
    end();
    expect(await clock.passUntil(client.all())).toBe('');
    await clock.advance(150);
    await shown('t1: silent', 't1: closed');
  });

  it.each([
    ['half', (peer: Peer) => void peer.socket.end('metric 1')],
    ['both halves', (peer: Peer) => void peer.socket.end('metric 1', () => peer.socket.destroy())],
  ])('is nothing if the client had already ended %s of the connection', async (_, send) => {
    await behind((peer) => peer.socket.on('end', () => peer.socket.end()).resume());
    send(await joined());
    await until(() => expect(fixture.suspicions).toHaveLength(1));
    await until(() => expect(local.counters().connections).toBe(0));
    await clock.advance(1_000);
    await shown();
  });

  it('is nothing when the tunnel died with it', async () => {
    await behind((peer) => peer.socket.on('data', () => peer.socket.end()));
    const client = await joined();
    client.socket.write('hello');
    expect(await client.all()).toBe('');
    local.setUpstream(null);
    await clock.advance(1_000);
    await shown();
  });

  it('is nothing when a server times out a client that asked nothing', async () => {
    let patience = (): void => undefined;
    await behind((peer) => (patience = () => void peer.socket.end()));
    const client = await joined();
    await clock.advance(60_000);
    patience();
    await until(() => expect(fixture.suspicions).toHaveLength(1));
    await clock.advance(1_000);
    await client.ended;
    await shown();
  });

  it('is a server that expected TLS', async () => {
    await behind((peer) =>
      peer.socket.on('data', () => peer.socket.write(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70))),
    );
    const client = await joined();
    client.socket.write('GET / HTTP/1.1\r\n\r\n');
    await shown('t1: tls-expected');
  });

  it('is a server that expected TLS, even if it says so late', async () => {
    let refuse = (): void => undefined;
    await behind((peer) =>
      peer.socket.on('data', () => {
        refuse = () => void peer.socket.end(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70));
      }),
    );
    const client = await joined();
    client.socket.write('GET / HTTP/1.1\r\n\r\n');
    await until(() => expect(local.counters().bytesOut).toBe(18));
    await clock.advance(1_000);
    refuse();
    await clock.passUntil(client.all());
    await clock.advance(1_000);
    await shown('t1: silent', 't1: tls-expected');
  });

  it('is a refusal, and an attempt that was given up', async () => {
    direct({ kind: 'tcp', host: '127.0.0.1', port: await freePort() });
    await fixture.client();
    await until(() => expect(fixture.evidence[0]).toBe('t1: unconnected ECONNREFUSED'));
  });

  it('is silence when no connection is made, and a failure when the client is given up', async () => {
    direct(await fixture.hangingEndpoint());
    await fixture.client();
    await until(() => expect(local.counters().held).toBe(1));
    await clock.advance(1_000);
    await shown('t1: silent');
    await clock.advance(60_000);
    await until(() => expect(fixture.evidence.at(-1)).toBe('t1: unconnected ETIMEDOUT'));
  });
});

describe('the traffic of a tunnel', () => {
  it('is flowing if bytes came back since it was last read', async () => {
    await behind((peer) => echo(peer.read()));
    const client = await joined();
    expect(local.traffic('t1')).toEqual({ isFlowing: false, lastOpenedAt: null });
    client.socket.write('a');
    await until(() => expect(client.text).toBe('a'));
    expect(local.traffic('t1').isFlowing).toBe(true);
    expect(local.traffic('t1').isFlowing).toBe(false);
    expect(local.traffic('t2').isFlowing).toBe(false);
  });

  it('tells when the newest lasting connection was opened', async () => {
    await behind(() => undefined);
    await clock.advance(5_000);
    await joined();
    expect(local.traffic('t1').lastOpenedAt).toBe(null);
    await clock.advance(1_000);
    expect(local.traffic('t1').lastOpenedAt).toBe(5_000);
  });
});
