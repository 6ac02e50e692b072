import { afterEach, describe, expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import { buildClusterHealth, defaultClusterHealth } from '../config/cluster-health.ts';
import { serviceSpec } from '../testing/service-spec.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import type { TransportLease } from './transport-lease.ts';
import { TransportPool } from './transport-pool.ts';
import { AskedProber } from './testing/asked-prober.ts';

const unreachable = {
  kind: 'unreachable',
  cause: describeCause('timed-out', { evidence: 'i/o timeout' }),
} as const;
const unwell = {
  kind: 'unwell',
  cause: describeCause('cluster-unwell', { evidence: 'no node is ready' }),
} as const;
const well = { kind: 'well' } as const;
const networkFault = describeCause('timed-out');
const ownFault = describeCause('check-failed');

const kubectl = (name: string, context: string | null = 'prod'): Connection => ({
  technology: 'kubectl',
  target: { kind: 'service', name },
  kubeconfig: null,
  namespace: 'default',
  context,
  remotePort: 80,
});

function service(name: string, connection: Connection = kubectl(name), clusterAware = false): ServiceSpec {
  const { healthCheck } = serviceSpec(name);
  return serviceSpec(name, { connection, healthCheck: { ...healthCheck, clusterAware } });
}

const played: Play[] = [];
afterEach(async () => {
  await Promise.all(played.splice(0).map(({ pool }) => pool.closeClusters()));
});

/** A pool, its probers by cluster, and what the services were told, in order. */
class Play {
  readonly clock = new FakeClock();
  readonly probers = new Map<string, AskedProber>();
  readonly told: string[] = [];
  readonly pool = new TransportPool({
    name: 'transport',
    clock: this.clock,
    log: silentLogger,
    random: () => 0.5,
    openSsh: () => {
      throw new Error('no ssh here');
    },
    createProber: ({ context }) => {
      const prober = new AskedProber();
      this.probers.set(`kubernetes ${context ?? '(current context)'}`, prober);
      return prober.probe;
    },
    isOnline: () => true,
    onChange: () => void (this.schedules += 1),
  });
  schedules = 0;

  constructor() {
    played.push(this);
  }

  lease(spec: ServiceSpec): TransportLease {
    const lease = this.pool.lease({
      onDown: (cause: Cause) => this.told.push(`${spec.name} held: ${cause.title}`),
      onUp: () => this.told.push(`${spec.name} released`),
      onDoubt: () => undefined,
      clientsWait: () => false,
    });
    lease.take(spec);
    return lease;
  }

  prober(id = 'kubernetes prod'): AskedProber {
    const prober = this.probers.get(id);
    if (prober === undefined) throw new Error(`no cluster ${id}, but ${[...this.probers.keys()].join(', ')}`);
    return prober;
  }

  /** When the cluster of this lease is asked next, in ms from now. */
  nextOf({ nextTryAt }: TransportLease): number | null {
    return nextTryAt === null ? null : nextTryAt - this.clock.now();
  }

  take(): readonly string[] {
    return this.told.splice(0);
  }
}

/** Its prober finds it unreachable, again and again, for at least this long; it has just been asked. */
async function awayFor(play: Play, ms: number): Promise<void> {
  const end = play.clock.now() + ms;
  for (let isOver = false; !isOver;) {
    while (!play.prober().isAsked) await play.clock.advance(100);
    isOver = play.clock.now() >= end;
    await play.prober().answers(unreachable);
  }
}

describe('services that share a cluster', () => {
  it('have one prober, are held together when it agrees with one of them, and are released together', async () => {
    const play = new Play();
    const [first] = ['api', 'web', 'db'].map((name) => play.lease(service(name)));
    expect(play.prober().questions).toHaveLength(0);
    first?.failed(networkFault);
    first?.failed(networkFault);
    expect([play.prober().questions.length, first?.down]).toEqual([1, null]);
    await play.prober().answers(unreachable);
    expect(play.take()).toEqual(
      ['api', 'web', 'db'].map((name) => `${name} held: The cluster prod cannot be reached`),
    );
    expect(first?.down).toMatchObject({
      code: 'transport-down',
      evidence: 'i/o timeout',
      triggers: ['transport-up', 'config', 'user'],
    });
    await play.clock.advance(1_000);
    await play.prober().answers(well);
    expect(play.take()).toEqual(['api released', 'web released', 'db released']);
    expect([play.probers.size, play.prober().most, play.clock.pendingTimers]).toEqual([1, 1, 0]);
  });

  it('are told apart by context', () => {
    const play = new Play();
    [kubectl('a'), kubectl('b'), kubectl('c', null)].map((connection, index) =>
      play.lease(service(String(index), connection)),
    );
    expect([...play.probers.keys()]).toEqual(['kubernetes prod', 'kubernetes (current context)']);
  });

  it('ask nothing when one of them fails for a reason of its own', async () => {
    const play = new Play();
    play.lease(service('api')).failed(ownFault);
    await play.clock.advance(600_000);
    expect(play.prober().questions).toHaveLength(0);
  });

  it('go on when the prober finds nothing wrong, and it is not asked again and again', async () => {
    const play = new Play();
    const lease = play.lease(service('api'));
    lease.failed(networkFault);
    await play.prober().answers(well);
    lease.failed(networkFault);
    await play.clock.advance(1_999);
    expect([play.prober().questions.length, play.take()]).toEqual([1, []]);
    await play.clock.advance(1);
    expect(play.prober().questions).toHaveLength(2);
  });

  it('ask once more when a tunnel failed while the question was under way', async () => {
    const play = new Play();
    const lease = play.lease(service('api'));
    lease.failed(networkFault);
    lease.failed(networkFault);
    await play.prober().answers(well);
    await play.clock.advance(5_000);
    await play.prober().answers(unreachable);
    expect(lease.down?.code).toBe('transport-down');
  });

  it('are released by one of them that comes up, whatever the prober says', async () => {
    const play = new Play();
    const api = play.lease(service('api'));
    play.lease(service('web'));
    api.failed(networkFault);
    await play.prober().answers(unreachable);
    play.take();
    api.reached();
    expect(play.take()).toEqual(['api released', 'web released']);
  });

  it('are asked about at growing distances, sooner for a client that waits, at once on another network', async () => {
    const play = new Play();
    const lease = play.lease(service('api'));
    lease.failed(networkFault);
    await awayFor(play, 960_000);
    lease.hurry();
    await play.clock.advance(1_800);
    expect(play.prober().isAsked).toBe(false);
    await play.clock.advance(200);
    await play.prober().answers(unreachable);
    play.pool.triggered('network');
    await settle();
    await play.prober().answers(unreachable);
    await play.clock.advance(32_000);
    await play.prober().answers(well);
    expect(play.take()).toEqual(['api held: The cluster prod cannot be reached', 'api released']);
  });

  it('drop the question that was under way when the network changed, and ask anew, one at a time', async () => {
    const play = new Play();
    play.lease(service('api')).failed(networkFault);
    await play.prober().answers(unreachable);
    await play.clock.advance(1_000);
    play.pool.triggered('network');
    await settle();
    expect([play.prober().questions.length, play.prober().isAsked, play.prober().most]).toEqual([3, true, 1]);
  });

  it('are left alone while the computer sleeps; what was down is asked for at the wake', async () => {
    const play = new Play();
    play.lease(service('api')).failed(networkFault);
    await play.prober().answers(unreachable);
    play.pool.suspend();
    await play.clock.advance(600_000);
    expect([play.prober().questions.length, play.clock.pendingTimers]).toEqual([1, 0]);
    play.pool.awake(true);
    expect(play.prober().isAsked).toBe(true);
    play.pool.suspend();
    await settle();
    expect(play.prober().isAsked).toBe(false);
  });

  it('leave the prober to the others, and the last one takes it along', async () => {
    const play = new Play();
    const [api, web] = [play.lease(service('api')), play.lease(service('web'))];
    api.failed(networkFault);
    await play.prober().answers(unreachable);
    api.take(null);
    await play.clock.advance(1_000);
    expect(
      play
        .prober()
        .questions.at(-1)
        ?.services.map(({ name }) => name),
    ).toEqual(['web']);
    web.take(null);
    await settle();
    expect([play.prober().isAsked, play.clock.pendingTimers, web.down]).toEqual([false, 0, null]);
  });

  it('move to another cluster with another connection, and are released from the old one', async () => {
    const play = new Play();
    const lease = play.lease(service('api'));
    lease.failed(networkFault);
    await play.prober().answers(unreachable);
    lease.take(service('api', kubectl('api', 'staging')));
    expect([lease.down, play.take().at(-1)]).toEqual([null, 'api released']);
    expect([...play.probers.keys()]).toEqual(['kubernetes prod', 'kubernetes staging']);
  });

  it('are held from the beginning when they lease one that is down', async () => {
    const play = new Play();
    play.lease(service('api')).failed(networkFault);
    await play.prober().answers(unreachable);
    play.take();
    const late = play.lease(service('late'));
    expect(late.down?.code).toBe('transport-down');
    await play.clock.advance(1_000);
    await play.prober().answers(well);
    expect(play.take()).toEqual(['api released', 'late released']);
  });

  it('end with the pool: no question, no timer', async () => {
    const play = new Play();
    play.lease(service('api', kubectl('api'), true));
    expect(play.prober().isAsked).toBe(true);
    await play.pool.closeClusters();
    expect([play.prober().isAsked, play.clock.pendingTimers]).toEqual([false, 0]);
  });
});

describe('services whose user wants a try while their cluster is down', () => {
  const names = Array.from({ length: 100 }, (_, index) => `service-${index}`);

  async function heldForLong(): Promise<{
    play: Play;
    leases: readonly TransportLease[];
    lease: TransportLease;
  }> {
    const play = new Play();
    const leases = names.map((name) => play.lease(service(name)));
    const [lease] = leases;
    if (lease === undefined) throw new Error('nobody leases it');
    lease.failed(networkFault);
    await awayFor(play, 960_000);
    play.take();
    return { play, leases, lease };
  }

  it('have it asked at once, with one question for all, and know when it is asked next', async () => {
    const { play, leases, lease } = await heldForLong();
    const pauseMs = play.nextOf(lease) ?? 0;
    expect(pauseMs).toBeGreaterThan(29_000);
    const { length } = play.prober().questions;
    const { schedules } = play;
    for (const each of leases) each.demand();
    expect([play.prober().questions.length - length, play.nextOf(lease)]).toEqual([1, 0]);
    await play.clock.advance(300);
    for (const each of leases) each.demand();
    expect([play.prober().questions.length - length, play.nextOf(lease)]).toEqual([1, -300]);
    await play.prober().answers(unreachable);
    expect([play.take(), lease.down?.code]).toEqual([[], 'transport-down']);
    expect(play.nextOf(lease)).toBeGreaterThanOrEqual(pauseMs);
    expect([play.schedules > schedules, play.clock.pendingTimers]).toEqual([true, 1]);
  });

  it('are all released by a good answer', async () => {
    const { play, lease } = await heldForLong();
    lease.demand();
    await play.prober().answers(well);
    expect(play.take()).toEqual(names.map((name) => `${name} released`));
    expect(play.nextOf(lease)).toBeNull();
  });

  it('do not share a question that was asked before they wanted to know, but drop it and ask anew', async () => {
    const { play, leases, lease } = await heldForLong();
    await play.clock.advance(30_000);
    const { length } = play.prober().questions;
    for (const each of leases) each.demand();
    await settle();
    lease.demand();
    expect([play.prober().questions.length - length, play.prober().isAsked, play.prober().most]).toEqual([
      1,
      true,
      1,
    ]);
    await play.prober().answers(well);
    expect(play.take()).toHaveLength(100);
  });

  it('have it asked though a login has expired, which is not asked about by itself', async () => {
    const play = new Play();
    const lease = play.lease(service('aware', kubectl('aware'), true));
    const cause = describeCause('credentials-expired', { context: 'prod' });
    await play.prober().answers({ kind: 'unwell', cause });
    lease.demand();
    await play.prober().answers({ kind: 'unwell', cause });
    await play.clock.advance(600_000);
    expect([play.prober().questions.length, play.nextOf(lease), lease.down?.code]).toEqual([
      2,
      null,
      'credentials-expired',
    ]);
    lease.demand();
    await play.prober().answers(well);
    expect(play.take()).toEqual(['aware held: Signed out of prod', 'aware released']);
  });

  it('have it asked once more when they want to know again later: they may have fixed it meanwhile', async () => {
    const play = new Play();
    const lease = play.lease(service('aware', kubectl('aware'), true));
    const cause = describeCause('credentials-expired', { context: 'prod' });
    await play.prober().answers({ kind: 'unwell', cause });
    lease.demand();
    await play.clock.advance(999);
    lease.demand();
    await play.prober().answers({ kind: 'unwell', cause });
    expect([play.prober().isAsked, play.prober().questions.length]).toEqual([false, 2]);
    lease.demand();
    await play.clock.advance(1_000);
    lease.demand();
    await play.clock.advance(3_000);
    lease.demand();
    await play.prober().answers({ kind: 'unwell', cause });
    expect([play.prober().isAsked, play.prober().questions.length]).toEqual([true, 4]);
    await play.prober().answers({ kind: 'unwell', cause });
    expect(play.prober().isAsked).toBe(false);
    lease.demand();
    await play.clock.advance(1_000);
    lease.demand();
    await play.prober().answers(well);
    expect([play.prober().isAsked, play.take().at(-1), play.prober().questions.length]).toEqual([
      false,
      'aware released',
      5,
    ]);
  });

  it('may try, though the others stay held, when it can not be asked', async () => {
    const { play, leases, lease } = await heldForLong();
    const [, second, third] = leases;
    await play.clock.advance(play.nextOf(lease) ?? 0);
    await play.prober().answers({ kind: 'unasked' });
    expect(play.take()).toEqual([]);
    lease.demand();
    lease.demand();
    second?.demand();
    await play.clock.advance(1_000);
    third?.demand();
    await play.prober().answers({ kind: 'unasked' });
    expect(play.take()).toEqual(['service-0 released', 'service-1 released']);
    await play.prober().answers({ kind: 'unasked' });
    expect(play.take()).toEqual(['service-2 released']);
    expect(lease.down?.code).toBe('transport-down');
    await play.clock.advance(play.nextOf(lease) ?? 0);
    await play.prober().answers({ kind: 'unasked' });
    expect(play.take()).toEqual([]);
  });

  it('are not forgotten when the question asked for them is dropped for another network', async () => {
    const { play, lease } = await heldForLong();
    lease.demand();
    play.pool.triggered('network');
    await settle();
    await play.prober().answers({ kind: 'unasked' });
    expect(play.take()).toEqual(['service-0 released']);
  });

  it('hear after the wake when the computer fell asleep over the question', async () => {
    const { play, lease } = await heldForLong();
    lease.demand();
    play.pool.suspend();
    await settle();
    lease.demand();
    expect([play.prober().isAsked, play.nextOf(lease)]).toEqual([false, null]);
    play.pool.awake(true);
    await play.prober().answers(well);
    expect(play.take()).toHaveLength(100);
  });
});

describe('a cluster that can not be asked', () => {
  it('is not taken for down, and not asked again and again', async () => {
    const play = new Play();
    const lease = play.lease(service('api'));
    lease.failed(networkFault);
    await play.prober().answers({ kind: 'unasked' });
    await play.clock.advance(600_000);
    expect([lease.down, play.take(), play.prober().questions.length]).toEqual([null, [], 1]);
  });
});

describe('services that are aware of their cluster', () => {
  it('have it asked at once and then regularly, with patience', async () => {
    const play = new Play();
    play.lease(service('plain'));
    const lease = play.lease(service('aware', kubectl('aware'), true));
    await play.prober().answers(unreachable);
    await play.clock.advance(5_000);
    await play.prober().answers(unreachable);
    expect(lease.down).toBeNull();
    await play.clock.advance(5_000);
    await play.prober().answers(unreachable);
    expect(play.take()).toEqual(
      ['plain', 'aware'].map((name) => `${name} held: The cluster prod cannot be reached`),
    );
    await play.clock.advance(1_000);
    await play.prober().answers(well);
    await play.clock.advance(240_000);
    expect(play.prober().questions.map(({ isRoutine }) => isRoutine)).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it('wait for a cluster that is not well; those that did not ask for it do not', async () => {
    const play = new Play();
    const plain = play.lease(service('plain'));
    const aware = play.lease(service('aware', kubectl('aware'), true));
    plain.failed(networkFault);
    await play.prober().answers(unwell);
    expect(play.take()).toEqual(['aware held: The cluster prod is unhealthy']);
    expect([plain.down, aware.down?.code]).toEqual([null, 'cluster-unwell']);
    // That a tunnel comes up says nothing of the nodes, but is reason to ask.
    plain.reached();
    expect([play.take(), play.prober().isAsked]).toEqual([[], true]);
    await play.prober().answers(unreachable);
    expect(play.take()).toEqual(
      ['plain', 'aware'].map((name) => `${name} held: The cluster prod cannot be reached`),
    );
  });

  it('wait for a login in its own words, and nothing is asked before somebody signs in', async () => {
    const play = new Play();
    const lease = play.lease(service('aware', kubectl('aware'), true));
    const cause = describeCause('credentials-expired', { context: 'prod', command: 'aws sso login' });
    await play.prober().answers({ kind: 'unwell', cause });
    expect(play.take()).toEqual(['aware held: Signed out of prod']);
    expect(lease.down).toMatchObject({
      remedy: 'Sign in again: run aws sso login (not retried automatically)',
      triggers: ['transport-up', 'config', 'user'],
    });
    lease.hurry();
    lease.failed(networkFault);
    await play.clock.advance(600_000);
    expect(play.prober().questions).toHaveLength(1);
    play.pool.triggered('network');
    await play.prober().answers(well);
    expect(play.take()).toEqual(['aware released']);
    await play.clock.advance(240_000);
    await play.prober().answers({ kind: 'unwell', cause });
    lease.reached();
    await play.prober().answers(well);
    expect(play.take()).toEqual(['aware held: Signed out of prod', 'aware released']);
  });

  it('ask the cluster whatever they fail of', async () => {
    const play = new Play();
    const lease = play.lease(service('aware', kubectl('aware'), true));
    await play.prober().answers(well);
    lease.failed(ownFault);
    await play.clock.advance(5_000);
    expect(play.prober().questions).toHaveLength(2);
  });

  it('follow the settings of their context', async () => {
    const play = new Play();
    play.pool.configure(
      buildClusterHealth({
        defaults: { cluster_health: { interval: 60_000 } },
        cluster_contexts: { prod: { cluster_health: { interval: 90_000, failure_threshold: 1 } } },
      }),
    );
    play.lease(service('aware', kubectl('aware'), true));
    play.lease(service('elsewhere', kubectl('elsewhere', 'dev'), true));
    await play.prober().answers(well);
    await play.prober('kubernetes dev').answers(well);
    await play.clock.advance(60_000);
    expect([play.prober().isAsked, play.prober('kubernetes dev').isAsked]).toEqual([false, true]);
    await play.clock.advance(30_000);
    await play.prober().answers(unreachable);
    expect(play.take()).toEqual(['aware held: The cluster prod cannot be reached']);
  });

  it('are released, and the cluster is left alone, when the config says so', async () => {
    const play = new Play();
    const lease = play.lease(service('aware', kubectl('aware'), true));
    lease.failed(networkFault);
    await play.prober().answers(unreachable);
    play.pool.configure(buildClusterHealth({ defaults: { cluster_health: { enabled: false } } }));
    expect(play.take().at(-1)).toBe('aware released');
    lease.failed(networkFault);
    await play.clock.advance(600_000);
    expect(play.prober().questions).toHaveLength(1);
    play.pool.configure(defaultClusterHealth);
    expect(play.prober().isAsked).toBe(true);
  });
});
