import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { freePort } from './testing/loopback-peers.ts';
import { PortFixture, until } from './testing/port-fixture.ts';
import { OwnConnections } from './own-connections.ts';

let fixture: PortFixture;
let warnings: string[];
let ownConnections: OwnConnections;

beforeEach(async () => {
  fixture = await PortFixture.create();
  warnings = [];
  ownConnections = new OwnConnections();
});

afterEach(() => fixture.scope.close());

/** A service whose tunnel leads to that port of this machine, by a name that was not resolved before. */
async function open(name: string, port: number, leadsTo: number, trialMs: number | null = null) {
  const log = { ...silentLogger, warn: (line: string) => warnings.push(line) };
  const local = await fixture.open({ name, port, ownConnections, log });
  const endpoint = { kind: 'tcp', host: '127.0.0.1', port: leadsTo } as const;
  local.setUpstream({ tunnelId: `${name}#1`, endpoint, trialMs });
  return local;
}

describe('connections that come back', () => {
  it('end at the service that leads to itself, and the log says so', async () => {
    const local = await open('db', fixture.port, fixture.port);
    const client = await fixture.client();
    client.socket.write('hello');
    expect(await client.ended).toBe('reset');
    await until(() => {
      expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
    });
    await local.close();
    expect(fixture.evidence).toContain('db#1: looped');
    expect(warnings).toEqual([
      'A connection came back to db, which leads to itself, and was closed. Correct its host or remote_port.',
    ]);
  });

  it('end even if the first one is a trial', async () => {
    const local = await open('db', fixture.port, fixture.port, 50);
    const client = await fixture.client();
    client.socket.write('hello');
    expect(await client.ended).toBe('reset');
    await until(() => {
      expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
    });
  });

  it('end in a ring of two', async () => {
    const other = await freePort();
    await open('a', fixture.port, other);
    await open('b', other, fixture.port);
    const client = await fixture.client();
    client.socket.write('hello');
    expect(await client.ended).toBe('reset');
  });

  it('pass through a chain of services, however often it is used', async () => {
    const other = await freePort();
    const remote = await fixture.remoteEnd(undefined, 'tcp');
    if (remote.endpoint.kind !== 'tcp') throw new Error('not tcp');
    await open('a', fixture.port, other);
    await open('b', other, remote.endpoint.port);
    for (const text of ['one', 'two', 'three']) {
      const client = await fixture.client();
      client.socket.end(text);
      expect(await client.all()).toBe(text);
    }
    expect(warnings).toEqual([]);
  });
});
