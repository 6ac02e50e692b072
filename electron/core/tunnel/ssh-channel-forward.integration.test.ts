/** A forward by channels on a fake master; its socket and its clients are real. */
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
import type { ChannelFailure, Channels } from '../mux/channel.ts';
import { describeCause } from '../../../shared/failure.ts';
import { SshChannelForward } from './ssh-channel-forward.ts';
import { serviceWith, sshConnection } from './testing/service-specs.ts';

let runtimeDirectory: string;
let succession: Succession<Channels>;

beforeEach(async () => {
  runtimeDirectory = await mkdtemp(path.join(os.tmpdir(), 'channel-forward-'));
  succession = new Succession<Channels>();
});

afterEach(() => rm(runtimeDirectory, { recursive: true, force: true }));

const channelsThat = (answer: () => Result<Duplex, ChannelFailure>, isWornOut = false): Channels => ({
  isWornOut,
  open: () => Promise.resolve(answer()),
});

const gone = err({ kind: 'gone', reason: 'no master' } as const);

async function openForward(id: string, channels: Channels, holdTimeoutMs = 10_000) {
  const life = new CarrierLife();
  const events: string[] = [];
  const attachment = {
    pid: null,
    ready: Promise.resolve(ok({ kind: 'unix', path: '/control' } as const)),
    ended: life.ended,
    openedInMs: null,
    prove: () => {
      events.push('proven');
      life.end({ ...noChild, cause: describeCause('killed') });
      return Promise.resolve({ kind: 'dead', cause: describeCause('killed') } as const);
    },
    condemn: () => void events.push('condemned'),
    onRefusal: () => undefined,
    detach: () => {
      events.push('released');
      return Promise.resolve();
    },
  };
  const service = { ...serviceWith(sshConnection()), holdTimeoutMs };
  const forward = new SshChannelForward(
    { id, service, log: silentLogger },
    {
      clock: systemClock,
      runtimeDirectory,
      attachment,
      channelsAt: () => channels,
      succession,
      to: { host: 'db', port: 1 },
    },
  );
  const ready = await forward.ready;
  if (!ready.ok || ready.value.kind !== 'unix') throw new Error('not ready');
  return { forward, events, address: { path: ready.value.path } };
}

it('ends with its master, and the next master serves its client', async () => {
  const first = await openForward(
    'first',
    channelsThat(() => gone),
  );
  const asked = exchange(first.address, 'sent before the master');
  expect((await first.forward.ended).cause).toMatchObject({ code: 'killed' });
  const second = await openForward(
    'second',
    channelsThat(() => ok<Duplex>(new PassThrough())),
  );
  expect(await asked).toBe('sent before the master');
  await second.forward.stop();
});

it('closes its client after the hold timeout, or when it is stopped itself', async () => {
  const short = await openForward(
    'short',
    channelsThat(() => gone),
    50,
  );
  expect(await exchange(short.address, 'x').catch(() => '')).toBe('');
  await short.forward.ended;
  const never = new Promise<Result<Duplex, ChannelFailure>>(() => undefined);
  const stopped = await openForward('stopped', { isWornOut: false, open: () => never });
  const asked = exchange(stopped.address, 'x').catch(() => '');
  await stopped.forward.stop();
  expect(await asked).toBe('');
});

it('leaves a master that has refused too often once it is unused', async () => {
  const refusal = err({ kind: 'refused', code: 2, reason: 'Connection refused' } as const);
  const { forward, events, address } = await openForward(
    'worn',
    channelsThat(() => refusal, true),
  );
  const complaints: string[] = [];
  forward.onComplaint(({ title }) => complaints.push(title));
  await exchange(address, 'x').catch(() => undefined);
  expect((await forward.ended).cause).toMatchObject({ code: 'exited' });
  expect(events).toEqual(['condemned', 'released']);
  expect(complaints).toEqual(['The tunnel is up, but localhost:5432 refused the connection']);
});
