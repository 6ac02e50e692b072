/** A tunnel of channels on a master that does what the test says; its socket and its clients are real. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Duplex, PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exchange } from '../../../e2e/fixtures/servers.ts';
import type { Result } from '../../../shared/result.ts';
import { err, ok } from '../../../shared/result.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { Succession } from '../transport/succession.ts';
import { CarrierLife, noChild } from '../transport/carrier-life.ts';
import type { ChannelFailure, Channels } from '../transport/channel.ts';
import { describeCause } from '../../../shared/failure.ts';
import { SshDoor } from './ssh-door.ts';
import { serviceWith, sshConnection } from './testing/service-specs.ts';

let runtimeDirectory: string;
let succession: Succession<Channels>;

beforeEach(async () => {
  runtimeDirectory = await mkdtemp(path.join(os.tmpdir(), 'door-'));
  succession = new Succession<Channels>();
});

afterEach(() => rm(runtimeDirectory, { recursive: true, force: true }));

const channelsThat = (answer: () => Result<Duplex, ChannelFailure>, isWornOut = false): Channels => ({
  isWornOut,
  open: () => Promise.resolve(answer()),
});

const gone = err({ kind: 'gone', reason: 'no master' } as const);

async function openDoor(id: string, channels: Channels, holdTimeoutMs = 10_000) {
  const life = new CarrierLife();
  const said: string[] = [];
  const ride = {
    pid: null,
    ready: Promise.resolve(ok({ kind: 'unix', path: '/control' } as const)),
    ended: life.ended,
    openedInMs: null,
    prove: () => {
      said.push('proven');
      life.end({ ...noChild, cause: describeCause('killed') });
      return Promise.resolve({ kind: 'dead', cause: describeCause('killed') } as const);
    },
    condemn: () => void said.push('condemned'),
    onRefusal: () => undefined,
    leave: () => {
      said.push('released');
      return Promise.resolve();
    },
  };
  const service = { ...serviceWith(sshConnection()), holdTimeoutMs };
  const door = new SshDoor(
    { id, service, log: silentLogger },
    {
      clock: systemClock,
      runtimeDirectory,
      ride,
      channelsAt: () => channels,
      succession,
      to: { host: 'db', port: 1 },
    },
  );
  const ready = await door.ready;
  if (!ready.ok || ready.value.kind !== 'unix') throw new Error('not ready');
  return { door, said, address: { path: ready.value.path } };
}

it('ends with its master, and its client is served by the next one', async () => {
  const first = await openDoor(
    'first',
    channelsThat(() => gone),
  );
  const asked = exchange(first.address, 'said to nobody yet');
  expect((await first.door.ended).cause).toMatchObject({ code: 'killed' });
  const second = await openDoor(
    'second',
    channelsThat(() => ok<Duplex>(new PassThrough())),
  );
  expect(await asked).toBe('said to nobody yet');
  await second.door.stop();
});

it('lets its client go after the hold, or when it is stopped itself', async () => {
  const short = await openDoor(
    'short',
    channelsThat(() => gone),
    50,
  );
  expect(await exchange(short.address, 'x').catch(() => '')).toBe('');
  await short.door.ended;
  const never = new Promise<Result<Duplex, ChannelFailure>>(() => undefined);
  const stopped = await openDoor('stopped', { isWornOut: false, open: () => never });
  const asked = exchange(stopped.address, 'x').catch(() => '');
  await stopped.door.stop();
  expect(await asked).toBe('');
});

it('leaves a master that has refused too often, once nobody uses it', async () => {
  const refusal = err({ kind: 'refused', code: 2, reason: 'Connection refused' } as const);
  const { door, said, address } = await openDoor(
    'worn',
    channelsThat(() => refusal, true),
  );
  const complaints: string[] = [];
  door.onComplaint(({ title }) => complaints.push(title));
  await exchange(address, 'x').catch(() => undefined);
  expect((await door.ended).cause).toMatchObject({ code: 'exited' });
  expect(said).toEqual(['condemned', 'released']);
  expect(complaints).toEqual(['The tunnel is up, but localhost:5432 refused the connection']);
});
