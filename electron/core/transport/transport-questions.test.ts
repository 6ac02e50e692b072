/** How often the other machine is asked for a proof, however many want one. */
import { beforeEach, expect, it } from 'vitest';
import { ok } from '../../../shared/result.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { serviceSpec } from '../testing/service-spec.ts';
import { sshConnection } from '../tunnel/testing/service-specs.ts';
import type { Carrier } from './carrier.ts';
import type { Ride } from './ride.ts';
import { TransportPool } from './transport-pool.ts';

let asked: number;
let pool: TransportPool;
let rides: readonly Ride[];

/** Its other machine always answers. */
const answering: Carrier = {
  id: 'transport-1.1',
  pid: 1001,
  ready: Promise.resolve(ok({ kind: 'unix', path: '/sockets/1.c' })),
  ended: new Promise(() => undefined),
  onComplaint: () => undefined,
  proveTransport: () => {
    asked += 1;
    return Promise.resolve({ kind: 'alive' });
  },
  stop: () => new Promise(() => undefined),
};

beforeEach(async () => {
  asked = 0;
  pool = new TransportPool({
    clock: new FakeClock(),
    log: silentLogger,
    random: () => 0.5,
    openSsh: () => answering,
    createProber: () => () => Promise.resolve({ kind: 'unasked' }),
    isOnline: () => true,
    onChange: () => undefined,
  });
  const connection = sshConnection();
  rides = ['db', 'web', 'queue'].map((name) => {
    const rider = { service: name, target: name, hasQueuedBytes: () => false, bytesReceived: () => 0 };
    return pool.board({ service: serviceSpec(name, { connection }), rider, insisted: false });
  });
  await settle();
});

const proveAll = async (): Promise<readonly string[]> =>
  (await Promise.all(rides.map((ride) => ride.prove(1_000)))).map(({ kind }) => kind);

it('asks once for all who want to know at the same moment', async () => {
  expect(await proveAll()).toEqual(['alive', 'alive', 'alive']);
  expect(await proveAll()).toEqual(['alive', 'alive', 'alive']);
  expect(asked).toBe(1);
});

it('asks anew after a sleep, though the clock of Linux stood still, and once for all', async () => {
  await proveAll();
  pool.suspend();
  pool.awake(true);
  expect(await proveAll()).toEqual(['alive', 'alive', 'alive']);
  expect(asked).toBe(2);
});
