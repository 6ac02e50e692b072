import { afterEach, describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { settle } from '../testing/fake-clock.ts';
import { serviceWith, sshConnection } from '../tunnel/testing/service-specs.ts';
import { FakeTransports } from './testing/fake-carriers.ts';

const refused = describeCause('connection-refused', { evidence: 'Connection refused' });
const killed = describeCause('killed');

const service = (name: string, more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  ...serviceWith(sshConnection({ host: 'bastion' })),
  name,
  ...more,
});
const names = ['api', 'web', 'db'];

const worlds: FakeTransports[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.dispose()));
});

function newWorld(): FakeTransports {
  const world = new FakeTransports();
  worlds.push(world);
  return world;
}

async function threeUp(): Promise<FakeTransports> {
  const world = newWorld();
  for (const name of names) {
    world.lease(service(name));
    world.attach(service(name));
  }
  await world.carrier.comesUp();
  return world;
}

describe('forwards of one ssh login', () => {
  it('are notified of listeners that the server does not open, until they unsubscribe', async () => {
    const world = newWorld();
    const received: string[] = [];
    const attachments = names.map((name) => world.attach(service(name)));
    const stops = attachments.map((attachment, place) =>
      attachment.onListenRefused(({ line }) => received.push(`${String(names[place])}: ${line}`)),
    );
    await world.carrier.comesUp();
    stops[1]?.();
    world.carrier.reports.onListenRefused({ place: '8080', line: 'failed', prohibition: null });
    expect(received).toEqual(['api: failed', 'db: failed']);
  });

  it('get a round trip of their own, which no earlier probe answers', async () => {
    const world = newWorld();
    const attachment = world.attach(service('api'));
    await world.carrier.comesUp();
    const earlier = attachment.prove(1_000);
    let isDone = false;
    const trip = attachment.roundTrip(1_000).then(() => (isDone = true));
    await world.carrier.answers();
    await earlier;
    expect(isDone).toBe(false);
    await world.carrier.answers();
    expect(isDone).toBe(true);
    const silent = attachment.roundTrip(1_000);
    await world.clock.advance(1_000);
    await Promise.all([trip, silent]);
  });

  it('share one carrier; other logins, and services with `share: false`, have their own', async () => {
    const world = await threeUp();
    expect(world.carriers).toHaveLength(1);
    world.attach(service('alone', { isAlone: true }));
    world.attach({ ...serviceWith(sshConnection({ host: 'bastion', user: 'other' })), name: 'other' });
    expect(world.carriers).toHaveLength(3);
  });

  it('are notified once that it is down, when an immediate retry failed, and once that it is back', async () => {
    const world = await threeUp();
    await world.carrier.dies(killed);
    expect([world.carriers.length, world.take()]).toEqual([2, []]);
    await world.carrier.dies(refused);
    expect(world.take()).toEqual(names.map((name) => `${name} down: connection-refused`));
    await world.clock.advance(1_000);
    await world.carrier.dies(refused);
    expect(world.take()).toEqual([]);
    await world.clock.advance(5_000);
    await world.carrier.comesUp();
    expect(world.take()).toEqual(names.map((name) => `${name} up`));
  });

  it('close it without a word when none needs it while it is down', async () => {
    const world = newWorld();
    const lease = world.lease(service('api'));
    const attachment = world.attach(service('api'));
    const fail = async (): Promise<void> => {
      await world.carrier.dies(refused);
      await world.carrier.dies(refused);
    };
    await fail();
    await world.clock.advance(1_000);
    await world.carrier.comesUp();
    await fail();
    lease.take(null);
    await attachment.detach();
    const down = `ssh bastion: ${refused.title} (${refused.evidence ?? ''})`;
    expect(world.logged).toEqual([down, 'ssh bastion is back after 1 s', down]);
  });

  it('see why, that it retries automatically, and when', async () => {
    const world = await threeUp();
    const lease = world.lease(service('late'));
    await world.carrier.dies(killed);
    await world.carrier.dies(refused);
    expect(lease.down).toMatchObject({ code: 'connection-refused', recovery: 'trigger', recheck: null });
    expect(lease.down?.triggers).toContain('transport-up');
    expect(lease.nextTryAt).toBe(world.clock.now() + 1_000);
    world.isOnline = false;
    expect(lease.down?.code).toBe('network-down');
  });

  it('learn that macOS may block the host, with the blocked address', async () => {
    const world = await threeUp();
    const lease = world.lease(service('late'));
    const blocked = describeCause('local-network-denied', { address: '192.168.1.5', program: 'LocalPort' });
    await world.carrier.dies(killed);
    await world.carrier.dies(blocked);
    expect(lease.down).toMatchObject({
      code: 'local-network-denied',
      address: '192.168.1.5',
      recovery: 'trigger',
    });
    expect(lease.nextTryAt).toBe(world.clock.now() + 1_000);
  });

  it('have it retry at once when the user wants that', async () => {
    const world = await threeUp();
    const lease = world.lease(service('late'));
    await world.carrier.dies(killed);
    await world.carrier.dies(refused);
    lease.demand();
    lease.demand();
    expect(world.carriers.map(({ opening }) => opening.forced)).toEqual([false, false, true]);
  });

  it('end with it for its cause, and leave nothing behind', async () => {
    const world = newWorld();
    const attachments = names.map((name) => world.attach(service(name)));
    await world.carrier.comesUp();
    await world.carrier.dies(killed);
    const ends = await Promise.all(attachments.map(({ ended }) => ended));
    expect(ends.map(({ cause }) => cause)).toEqual([killed, killed, killed]);
    for (const attachment of attachments) await attachment.detach();
    expect([world.carriers.length, world.clock.pendingTimers, world.pool.report()]).toEqual([1, 0, []]);
  });

  it('are all named in a prompt', async () => {
    const world = await threeUp();
    expect(world.carrier.reports.services()).toEqual(names);
  });

  it('do not notice that the connection attempt they wait for is restarted after a sleep', async () => {
    const world = newWorld();
    world.lease(service('api'));
    const attachment = world.attach(service('api'));
    world.pool.suspend();
    world.pool.awake(true);
    expect(world.carriers.map(({ isStopped }) => isStopped)).toEqual([true, false]);
    await world.carrier.comesUp();
    expect(await attachment.ready).toMatchObject({ ok: true, value: { path: `/run/${world.carrier.id}` } });
  });

  it('are told to prove themselves when it is doubtful, and move to the next one', async () => {
    const world = await threeUp();
    const attachment = world.attach(service('api'));
    const [first] = world.carriers;
    const proof = attachment.prove(1_000);
    await world.clock.advance(1_000);
    expect(await proof).toEqual({ kind: 'silent' });
    expect([world.take(), world.carriers.length]).toEqual([names.map((name) => `${name} suspected`), 2]);
    const successor = world.attach(service('api'));
    await world.carrier.comesUp();
    expect(await successor.ready).toMatchObject({ ok: true });
    // Forwards that are still on the old one keep it.
    expect(first?.isStopped).toBe(false);
  });
});

describe('the proof of a transport', () => {
  it('is one probe for all callers, and is reused for a moment', async () => {
    const world = await threeUp();
    const attachments = names.map((name) => world.attach(service(name)));
    const proofs = Promise.all(attachments.map((attachment) => attachment.prove(1_000)));
    expect(world.carrier.probes).toHaveLength(1);
    await world.carrier.answers();
    expect(await proofs).toEqual([{ kind: 'alive' }, { kind: 'alive' }, { kind: 'alive' }]);
    expect(await attachments[0]?.prove(1_000)).toEqual({ kind: 'alive' });
    expect(world.carrier.probes).toHaveLength(0);
    await world.clock.advance(300);
    void attachments[0]?.prove(1_000);
    expect(world.carrier.probes).toHaveLength(1);
  });

  it('is given by bytes received since the probe began, by any forward', async () => {
    const world = await threeUp();
    let received = 0;
    world.attach(service('bulk'), { received: () => received });
    const proof = world.attach(service('api')).prove(1_000);
    received = 1;
    await world.clock.advance(1_000);
    expect([await proof, world.take()]).toEqual([{ kind: 'alive' }, []]);
  });

  it('is not given by bytes from before it was requested, although another caller had requested one earlier', async () => {
    const world = await threeUp();
    let received = 0;
    world.attach(service('bulk'), { received: () => received });
    const attachment = world.attach(service('api'));
    void attachment.prove(2_000);
    received = 1;
    await world.clock.advance(500);
    const proof = attachment.prove(1_000);
    await world.clock.advance(1_000);
    expect(await proof).toEqual({ kind: 'silent' });
    await world.clock.advance(1_000);
  });

  it('may take ten seconds while bytes of any forward are queued', async () => {
    const world = await threeUp();
    world.attach(service('upload'), { queued: true });
    const proof = world.attach(service('api')).prove(1_000);
    await world.clock.advance(9_000);
    expect(world.take()).toEqual([]);
    await world.clock.advance(1_000);
    expect([await proof, world.take().length]).toEqual([{ kind: 'silent' }, 3]);
  });

  it('is requested again after a sleep: the answer to an older probe may have arrived before it', async () => {
    const world = await threeUp();
    const attachment = world.attach(service('api'));
    void attachment.prove(1_000);
    world.pool.suspend();
    const [before] = world.carrier.probes.splice(0);
    world.pool.awake(true);
    const proof = attachment.prove(1_000);
    before?.({ kind: 'alive' });
    await settle();
    expect(world.carrier.probes).toHaveLength(1);
    await world.clock.advance(1_000);
    expect(await proof).toEqual({ kind: 'silent' });
  });

  it('asks the server once for a forward that joins it: its line may have died since', async () => {
    const world = await threeUp();
    const proof = world.attach(service('api')).prove(1_000, true);
    expect(world.carrier.probes).toHaveLength(1);
    await world.clock.advance(1_000);
    expect(await proof).toEqual({ kind: 'silent' });
  });

  it('sends nothing to the server for a routine probe, unless it is doubtful', async () => {
    const world = newWorld();
    world.lease(service('api'));
    const attachment = world.attach(service('api'));
    await world.carrier.comesUp();
    expect(await attachment.prove(1_000, true)).toEqual({ kind: 'alive' });
    expect(world.carrier.probes).toHaveLength(0);
    world.pool.awake(true);
    void attachment.prove(1_000, true);
    expect(world.carrier.probes).toHaveLength(1);
    await world.carrier.answers();
    expect(await attachment.prove(1_000, true)).toEqual({ kind: 'alive' });
    expect(world.carrier.probes).toHaveLength(0);
  });

  it('ends the doubt when it is late, and the other carrier is not needed', async () => {
    const world = await threeUp();
    const [first] = world.carriers;
    void world.attach(service('api')).prove(1_000);
    await world.clock.advance(1_000);
    expect(world.carriers).toHaveLength(2);
    await first?.answers();
    expect([first?.isStopped, world.carrier.isStopped]).toEqual([false, true]);
  });

  it('is silent after one second, however late it was after earlier outages', async () => {
    const world = await threeUp();
    const attachment = world.attach(service('api'));
    const [carrier] = world.carriers;
    const known: number[] = [];
    for (let outage = 0; outage < 4; outage += 1) {
      // Longer than an answer counts as a recent one.
      await world.clock.advance(1_000);
      const silentAt = world.clock.now();
      const proof = attachment.prove(1_000).then(({ kind }) => [kind, world.clock.now() - silentAt] as const);
      await world.clock.advance(6_000);
      const [kind, afterMs] = await proof;
      expect(kind).toBe('silent');
      known.push(afterMs);
      // The line is back: what was waiting is answered, and then the next question at once.
      await carrier?.answers();
      await carrier?.answers();
    }
    expect(known).toEqual([1_000, 1_000, 1_000, 1_000]);
  });

  it('is requested once after a wake, however recent the last answer: the monotonic clock of Linux stops during sleep', async () => {
    const world = await threeUp();
    const attachments = names.map((name) => world.attach(service(name)));
    void attachments[0]?.prove(1_000);
    await world.carrier.answers();
    world.pool.suspend();
    world.pool.awake(true);
    for (const attachment of attachments) void attachment.prove(1_000);
    await settle();
    expect(world.carrier.probes).toHaveLength(1);
  });
});
