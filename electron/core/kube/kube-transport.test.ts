import { afterEach, describe, expect, it } from 'vitest';
import { KubeCluster } from '../../../e2e/fixtures/kube-cluster.ts';
import { describeCause } from '../../../shared/failure.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import { buildClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import { queryKubectl } from './context-facts.ts';
import { KubeTransport, type KubeAttachment } from './kube-transport.ts';
import { FakeCarrier } from '../transport/testing/fake-carriers.ts';
import { FakeChild } from '../transport/testing/fake-child.ts';
import { FakeKubeApi } from './testing/fake-kube-api.ts';
import { type TransportKey, transportKeyOf } from '../transport/transport-key.ts';
import { TransportLease } from '../transport/transport-lease.ts';

const worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.dispose()));
});

const connectionTo = (name: string, more: Parameters<typeof kubectlConnection>[0] = {}): Connection =>
  kubectlConnection({ target: { kind: 'service', name }, context: 'prod', ...more });

function service(name: string, { clusterAware = false, connection = connectionTo('web') } = {}): ServiceSpec {
  const { healthCheck, ...spec } = serviceWith(connection);
  return { ...spec, name, healthCheck: { ...healthCheck, clusterAware } };
}

/** A fake context, its sessions, and the notifications of its forwards, in order. */
class World {
  readonly clock = new FakeClock();
  readonly cluster = new KubeCluster();
  readonly sessions: FakeCarrier[] = [];
  /** By session. */
  readonly apis: FakeKubeApi[] = [];
  /** Reads of the kubeconfig that have not been answered. */
  readonly readings: FakeChild[] = [];
  readonly notifications: string[] = [];
  /** The contents of the kubeconfig. */
  kubeconfig = { namespace: 'default', user: 'me' };
  /** Reads are answered when the test says so. */
  isReadingSlow = false;
  health: ClusterHealthSpecs = buildClusterHealth({ defaults: { cluster_health: { retry_attempts: 0 } } });
  idle = 0;
  readonly transport: KubeTransport;

  constructor() {
    worlds.push(this);
    this.cluster.addService('web', { ports: [5432] });
    this.cluster.addPod('web-0');
    this.cluster.addNode('one');
    const key = transportKeyOf(service('any')) as TransportKey;
    this.transport = new KubeTransport({
      key,
      id: 'transport-1',
      clock: this.clock,
      log: silentLogger,
      random: () => 0.5,
      isOnline: () => true,
      onChange: () => undefined,
      onIdle: () => {
        this.idle += 1;
      },
      cluster: { context: 'prod', kubeconfig: null },
      environment: () => ({}),
      clusterHealth: () => this.health,
      openSession: (opening, _cluster, reports) => {
        const session = new FakeCarrier(opening, reports);
        this.sessions.push(session);
        return session;
      },
      readFacts: queryKubectl,
      requestsThrough: () => {
        const api = new FakeKubeApi(this.cluster);
        this.apis.push(api);
        return api;
      },
      launcher: {
        launch: (request) => {
          const child = new FakeChild();
          this.readings.push(child);
          if (!this.isReadingSlow) queueMicrotask(() => this.answerReadings());
          return child.launch(request);
        },
      },
    });
  }

  answerReadings(): void {
    const { namespace, user } = this.kubeconfig;
    for (const child of this.readings.splice(0)) {
      child.print(`namespace ${namespace}`, `user ${user}`);
      child.exit({ exitCode: 0 });
    }
  }

  lease(spec: ServiceSpec): TransportLease {
    const lease = new TransportLease(
      {
        onDown: ({ code, title }) => void this.notifications.push(`${spec.name} down: ${code}: ${title}`),
        onUp: () => void this.notifications.push(`${spec.name} up`),
        onSuspected: () => void this.notifications.push(`${spec.name} suspected`),
        onRenewed: () => void this.notifications.push(`${spec.name} renewed`),
        onMoved: () => void this.notifications.push(`${spec.name} moved`),
        clientsWait: () => false,
      },
      { find: () => this.transport, pin: () => null, pinned: new Set() },
    );
    lease.take(spec);
    return lease;
  }

  attach(spec: ServiceSpec): KubeAttachment {
    const carrierUser = {
      service: spec.name,
      target: JSON.stringify(spec.connection),
      hasQueuedBytes: () => false,
      bytesReceived: () => 0,
    };
    return this.transport.attach({ service: spec, carrierUser, forced: false });
  }

  get session(): FakeCarrier {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('no session was opened');
    return session;
  }

  get api(): FakeKubeApi {
    const api = this.apis.at(-1);
    if (api === undefined) throw new Error('no session came up');
    return api;
  }

  /** Waits until requests are answered: lists are read, watches begin. */
  async comesUp(): Promise<void> {
    await this.session.comesUp();
    await settle();
    await settle();
  }

  get watches(): number {
    return this.apis.reduce((sum, { watches }) => sum + watches, 0);
  }

  take(): readonly string[] {
    return this.notifications.splice(0);
  }

  async dispose(): Promise<void> {
    const closed = this.transport.close();
    for (const child of this.readings.splice(0)) child.exit({ exitCode: null, signal: 'SIGKILL' });
    await closed;
    for (const session of this.sessions) await session.answers();
    await settle();
    expect([this.clock.pendingTimers, this.watches]).toEqual([0, 0]);
  }
}

async function up(...specs: readonly ServiceSpec[]): Promise<{
  readonly world: World;
  readonly leases: readonly TransportLease[];
  readonly attachments: readonly KubeAttachment[];
}> {
  const world = new World();
  const leases = specs.map((spec) => world.lease(spec));
  const attachments = specs.map((spec) => world.attach(spec));
  await world.comesUp();
  return { world, leases, attachments };
}

const podOf = ({ target: { verdict } }: KubeAttachment): string | null =>
  verdict?.kind === 'pod' ? verdict.pod : (verdict?.cause.code ?? null);

describe('forwards of one context', () => {
  it('share one session and one watch of their target, and know the pod that serves it', async () => {
    const { world, attachments, leases } = await up(service('a'), service('b'));
    expect([world.sessions.length, attachments.map(podOf)]).toEqual([1, ['web-0', 'web-0']]);
    // The service, and its pods.
    expect([world.watches, leases.map(({ down }) => down), world.take()]).toEqual([2, [null, null], []]);
  });

  it('wait for a pod, with certainty and a reason, and continue as soon as it appears', async () => {
    const { world, leases } = await up(service('a'));
    const [lease] = leases;
    world.cluster.removePod('web-0');
    await settle();
    expect(world.take()).toEqual(['a down: no-ready-pod: No ready pod behind service/web']);
    expect(lease?.down).toMatchObject({ evidence: 'there are no pods', recheck: 'never' });
    expect([lease?.isCertain, lease?.nextTryAt]).toEqual([true, null]);
    world.cluster.addPod('web-1', { phase: 'Pending' });
    await settle();
    expect([lease?.down?.evidence, world.take()]).toEqual([
      'web-1 is pending',
      ['a down: no-ready-pod: No ready pod behind service/web'],
    ]);
    world.cluster.setPodRunning('web-1', true);
    await settle();
    expect([world.take(), lease?.down, lease?.isCertain, lease?.note]).toEqual([
      ['a up'],
      null,
      false,
      'web-1 is running but not ready',
    ]);
  });

  it('are notified of a session failure before a pod failure, and nothing is certain then', async () => {
    const { world, leases } = await up(service('a'));
    const [lease] = leases;
    world.cluster.removePod('web-0');
    await settle();
    const refused = describeCause('connection-refused', { evidence: 'connection refused' });
    await world.session.dies(refused);
    await world.session.dies(refused);
    expect([lease?.down?.code, lease?.isCertain]).toEqual(['transport-down', false]);
    expect(world.take().at(-1)).toBe('a down: transport-down: The cluster prod cannot be reached');
    expect(lease?.nextTryAt).toBeGreaterThan(world.clock.now());
    world.cluster.addPod('web-1');
    await world.clock.advance((lease?.nextTryAt ?? 0) - world.clock.now());
    await world.comesUp();
    expect([lease?.down, world.take().at(-1)]).toEqual([null, 'a up']);
  });

  it('wait for an unhealthy cluster if they are cluster-aware', async () => {
    const plain = service('plain');
    const aware = service('aware', { clusterAware: true });
    const { world, leases } = await up(plain, aware);
    world.cluster.addNode('one', false);
    world.transport.failed(plain);
    await world.clock.advance(2_000);
    expect(world.take()).toEqual([]);
    world.transport.failed(aware);
    await settle();
    expect(world.take()).toEqual(['aware down: cluster-unwell: The cluster prod is unhealthy']);
    expect(leases.map(({ down }) => down?.evidence ?? null)).toEqual([null, 'its only node is not ready']);
    expect([world.transport.status, leases[1]?.nextTryAt]).toEqual(['unhealthy', world.clock.now() + 1_000]);
    world.cluster.addNode('one', true);
    await world.clock.advance(1_000);
    expect([world.take(), world.transport.status]).toEqual([['aware up'], 'up']);
  });

  it('no longer wait for it when none is cluster-aware, or the config disables the checks', async () => {
    const aware = service('aware', { clusterAware: true });
    const { world, leases } = await up(aware, service('too', { clusterAware: true }));
    world.cluster.addNode('one', false);
    world.transport.failed(aware);
    await world.clock.advance(2_000);
    expect(world.take()).toHaveLength(2);
    leases[0]?.take(service('aware'));
    expect(world.take()).toEqual(['aware up']);
    world.health = buildClusterHealth({ defaults: { cluster_health: { enabled: false } } });
    world.transport.serve();
    expect(world.take()).toEqual(['too up']);
    const probes = (): number => world.api.asked.filter((path) => path === '/readyz').length;
    const before = probes();
    await world.clock.advance(600_000);
    expect(probes()).toBe(before);
  });

  it('get repeated checks of their cluster before it counts as unhealthy', async () => {
    const world = new World();
    world.health = buildClusterHealth({
      defaults: { cluster_health: { retry_attempts: 2, failure_threshold: 1 } },
    });
    world.lease(service('aware', { clusterAware: true }));
    world.attach(service('aware'));
    world.cluster.setReady(false);
    await world.comesUp();
    const probes = (): number => world.api.asked.filter((path) => path === '/readyz').length;
    expect([probes(), world.take()]).toEqual([1, []]);
    await world.clock.advance(1_000);
    expect([probes(), world.take()]).toEqual([2, []]);
    await world.clock.advance(1_000);
    expect([probes(), world.take()]).toEqual([
      3,
      ['aware down: cluster-unwell: The cluster prod is unhealthy'],
    ]);
  });

  it('get no cluster checks while the computer sleeps', async () => {
    const world = new World();
    world.lease(service('aware', { clusterAware: true }));
    world.attach(service('aware'));
    world.transport.suspend();
    await world.comesUp();
    expect(world.api.asked).not.toContain('/readyz');
    world.transport.interrupted(true);
    await settle();
    expect(world.api.asked).toContain('/readyz');
  });
});

describe('a target', () => {
  it('is released with its last user: a lease or a tunnel', async () => {
    const { world, leases, attachments } = await up(service('a'), service('b'));
    attachments[0]?.leaveTarget();
    leases[0]?.take(null);
    leases[1]?.take(null);
    await settle();
    expect([world.watches, podOf(attachments[1] as KubeAttachment)]).toEqual([2, 'web-0']);
    attachments[1]?.leaveTarget();
    attachments[1]?.leaveTarget();
    await settle();
    expect(world.watches).toBe(0);
  });

  it('changes for a service that is edited, and the former one is released', async () => {
    const { world, leases, attachments } = await up(service('a'));
    world.cluster.addService('db', { ports: [5432] });
    attachments[0]?.leaveTarget();
    leases[0]?.take(service('a', { connection: connectionTo('db') }));
    await settle();
    expect([world.take(), world.watches]).toEqual([
      ['a down: no-ready-pod: No ready pod behind service/db'],
      2,
    ]);
  });

  it('is not watched for a new lease after all queries were stopped', async () => {
    const { world } = await up(service('a'));
    await world.transport.stopQueries();
    world.lease(service('late', { connection: connectionTo('late') }));
    await settle();
    expect(world.watches).toBe(0);
  });

  it('is watched through the session that takes over, not through the former one', async () => {
    const { world, attachments } = await up(service('a'));
    world.transport.interrupted(true);
    void world.session.answers({ kind: 'silent' });
    await world.clock.advance(1_000);
    expect([world.sessions.length, world.take()]).toEqual([2, ['a suspected']]);
    await world.comesUp();
    await world.clock.advance(1_000);
    expect(world.apis.map(({ watches }) => watches)).toEqual([0, 2]);
    expect(attachments.map(podOf)).toEqual(['web-0']);
  });
});

describe('a session', () => {
  it('is not ready before its namespace is known', async () => {
    const world = new World();
    world.isReadingSlow = true;
    const bare = service('a', { connection: connectionTo('web', { namespace: null }) });
    world.lease(bare);
    const attachment = world.attach(bare);
    let isReady = false;
    void attachment.carrierAttachment.ready.then(() => (isReady = true));
    await world.comesUp();
    expect([isReady, attachment.target.namespace]).toEqual([false, null]);
    world.kubeconfig = { namespace: 'shop', user: 'me' };
    world.answerReadings();
    await settle();
    expect([isReady, attachment.target.namespace]).toEqual([true, 'shop']);
  });

  it('is not used if it ends while its kubeconfig is read', async () => {
    const world = new World();
    world.isReadingSlow = true;
    world.lease(service('a', { clusterAware: true }));
    world.attach(service('a'));
    await world.comesUp();
    const [reading] = world.readings;
    await world.session.dies(describeCause('killed'));
    expect(reading?.stops).toEqual([true]);
    world.answerReadings();
    await settle();
    expect([world.apis, world.sessions.length]).toEqual([[], 2]);
  });

  it('falls back to the one before it if it ends as soon as it has taken over', async () => {
    const { world, attachments } = await up(service('a'));
    const [first] = world.sessions;
    world.transport.interrupted(true);
    void first?.answers({ kind: 'silent' });
    await world.clock.advance(1_000);
    await world.comesUp();
    await world.clock.advance(1_000);
    await world.session.dies(describeCause('killed'));
    await world.clock.advance(1_000);
    expect(world.apis.map(({ watches }) => watches)).toEqual([2, 0]);
    expect(attachments.map(podOf)).toEqual(['web-0']);
  });

  it('is kept while it prompts the user to sign in, also when the network changes: a new one would prompt again', async () => {
    const world = new World();
    world.lease(service('a'));
    world.attach(service('a'));
    world.session.isPromptingUser = true;
    world.transport.interrupted(true);
    await settle();
    expect([world.sessions.length, world.session.isStopped]).toEqual([1, false]);
    world.session.isPromptingUser = false;
    world.transport.interrupted(true);
    await settle();
    expect(world.sessions).toHaveLength(2);
  });

  it('is replaced when the kubeconfig changes for its context, and forwards move', async () => {
    const { world } = await up(service('a'), service('b'));
    world.transport.triggered('credentials');
    await settle();
    expect(world.sessions).toHaveLength(1);
    world.kubeconfig = { namespace: 'default', user: 'somebody else' };
    world.transport.triggered('credentials');
    world.transport.triggered('credentials');
    await settle();
    expect([world.sessions.length, world.take()]).toEqual([2, ['a suspected', 'b suspected']]);
    await world.comesUp();
    expect(world.take()).toEqual(['a renewed', 'b renewed']);
    world.transport.triggered('credentials');
    await settle();
    expect(world.sessions).toHaveLength(2);
  });

  it('continues if another one cannot be opened, moves no forward, and is replaced with the next change', async () => {
    const { world } = await up(service('a'));
    world.kubeconfig = { namespace: 'default', user: 'wrong' };
    world.transport.triggered('credentials');
    await settle();
    world.take();
    await world.session.dies(describeCause('unauthorized'));
    expect([world.take(), world.transport.status]).toEqual([[], 'up']);
    world.kubeconfig = { namespace: 'default', user: 'right' };
    world.transport.triggered('credentials');
    await settle();
    await world.comesUp();
    expect([world.sessions.length, world.take()]).toEqual([3, ['a suspected', 'a renewed']]);
  });

  it('with another namespace leads new tunnels to its pods; the others keep their pods until they have moved', async () => {
    const bare = service('a', { connection: connectionTo('web', { namespace: null }) });
    const { world, leases, attachments } = await up(bare);
    world.cluster.addService('web', { ports: [5432], namespace: 'shop' });
    world.cluster.addPod('web-shop', { namespace: 'shop', labels: { app: 'web' } });
    world.kubeconfig = { namespace: 'shop', user: 'me' };
    world.transport.triggered('credentials');
    await settle();
    const early = world.attach(bare);
    await world.comesUp();
    expect(world.take()).toEqual(['a suspected', 'a renewed']);
    const next = world.attach(bare);
    await world.clock.advance(1_000);
    expect(
      [...attachments, early, next].map((attachment) => [attachment.target.namespace, podOf(attachment)]),
    ).toEqual([
      ['default', 'web-0'],
      ['shop', 'web-shop'],
      ['shop', 'web-shop'],
    ]);
    for (const attachment of [...attachments, early, next]) attachment.leaveTarget();
    await settle();
    expect([world.watches, leases[0]?.down]).toEqual([2, null]);
  });

  it('keeps its namespace if kubectl cannot report it', async () => {
    const bare = service('a', { connection: connectionTo('web', { namespace: null }) });
    const world = new World();
    world.kubeconfig = { namespace: 'shop', user: 'me' };
    world.lease(bare);
    world.attach(bare);
    await world.comesUp();
    world.isReadingSlow = true;
    await world.session.dies(describeCause('killed'));
    for (const child of world.readings.splice(0)) child.exit({ exitCode: 1 });
    await world.comesUp();
    const attachment = world.attach(bare);
    expect(attachment.target.namespace).toBe('shop');
  });

  it('is closed and discarded a minute after the last forward has left, with all that belongs to it', async () => {
    const { world, leases, attachments } = await up(service('a', { clusterAware: true }));
    attachments[0]?.leaveTarget();
    await attachments[0]?.carrierAttachment.detach();
    leases[0]?.take(null);
    await world.clock.advance(59_999);
    expect([world.session.isStopped, world.idle]).toEqual([false, 0]);
    await world.clock.advance(1);
    expect([world.session.isStopped, world.idle, world.watches]).toEqual([true, 1, 0]);
  });

  it('is stopped when its lease leaves while it is being opened, and its kubeconfig is no longer read', async () => {
    const world = new World();
    world.isReadingSlow = true;
    const lease = world.lease(service('a'));
    const attachment = world.attach(service('a'));
    attachment.leaveTarget();
    await attachment.carrierAttachment.detach();
    lease.take(null);
    await settle();
    expect([world.session.isStopped, world.readings[0]?.stops, world.idle]).toEqual([true, [true], 1]);
  });

  it('closes while its kubeconfig is read, and waits until no read is running', async () => {
    const world = new World();
    world.isReadingSlow = true;
    world.lease(service('a'));
    world.attach(service('a'));
    let isClosed = false;
    const closed = world.transport.close().then(() => (isClosed = true));
    await settle();
    expect([isClosed, world.readings[0]?.stops]).toEqual([false, [true]]);
    world.answerReadings();
    await closed;
    expect(world.apis).toEqual([]);
  });
});

it('does not trust a 403 for a minute after an outage', async () => {
  const { world, attachments } = await up(service('a'));
  const [attachment] = attachments;
  expect(attachment?.isAfterOutage()).toBe(false);
  await world.session.dies(describeCause('killed'));
  await world.comesUp();
  expect(attachment?.isAfterOutage()).toBe(true);
  await world.clock.advance(60_000);
  expect(attachment?.isAfterOutage()).toBe(false);
});
