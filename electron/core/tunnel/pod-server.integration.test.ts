/** Clients and their pods, with an SPDY remote end for each pod and a fake clock. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { SpdyConnection as ServerConnection } from '../../../e2e/fixtures/spdy-server.ts';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { PodVerdict } from '../kube/pod-verdict.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import type { DialPod } from '../kube/kube-upgrade.ts';
import type { KubeAnswer } from '../kube/kube-api.ts';
import { SpdyConnection } from '../spdy/spdy-connection.ts';
import { Succession } from '../transport/succession.ts';
import type { ServingPod } from './pod-engine.ts';
import { PodServer } from './pod-server.ts';
import { kubectlConnection, serviceWith } from './testing/service-specs.ts';

const noPod = describeCause('no-ready-pod', { resource: 'service/web' });
const none: PodVerdict = { kind: 'none', cause: noPod };
const unreachable: KubeAnswer = {
  status: 500,
  body: { message: 'error dialing backend: dial tcp 10.0.0.5:10250: i/o timeout' },
};
const forbidden: KubeAnswer = { status: 403, body: { message: 'pods "a" is forbidden: no' } };

const servingPod = (name: string): ServingPod => ({
  kind: 'pod',
  pod: name,
  uid: `uid-${name}`,
  port: 80,
  isReady: true,
  note: null,
});

/** The verdict on the serving pod, set by a test; an avoided pod serves only if there is no other. */
class Target {
  verdict: PodVerdict | null;
  readonly namespace = 'default';
  readonly avoided: string[] = [];
  readonly #pods: readonly string[];
  readonly #listeners = new Set<(verdict: PodVerdict) => void>();

  constructor(...pods: readonly string[]) {
    this.#pods = pods;
    const [first] = pods;
    this.verdict = first === undefined ? none : servingPod(first);
  }

  onVerdict(listener: (verdict: PodVerdict) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  become(verdict: PodVerdict): void {
    this.verdict = verdict;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(verdict);
  }

  avoid(uid: string): void {
    this.avoided.push(uid.slice('uid-'.length));
    const other = this.#pods.find((pod) => !this.avoided.includes(pod));
    if (other !== undefined && this.verdict?.kind === 'pod' && this.verdict.uid === uid)
      this.become(servingPod(other));
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}

class World {
  readonly clock = new FakeClock();
  readonly succession = new Succession<PodServer>();
  /** Pods that were dialed, in order. */
  readonly dialed: string[] = [];
  /** Why these pods cannot be reached; null: the dial gets no answer until it is canceled. */
  readonly refusals = new Map<string, KubeAnswer | null>();
  readonly complaints: Cause[] = [];
  readonly ends: (Cause | null)[] = [];
  suspicions = 0;
  /** Dials wait for this promise. */
  dialsAllowed = Promise.resolve();
  isAfterOutage = false;
  readonly target: Target;
  /** Open connections, by pod. */
  readonly connections: { readonly pod: string; readonly connection: SpdyConnection }[] = [];
  readonly #podEnds: ServerConnection[] = [];
  readonly #servers: PodServer[] = [];
  readonly #clients = new Set<Socket>();
  readonly #endpoints = new Map<string, Endpoint>();
  #stopFollowing: () => void = () => undefined;

  constructor(...pods: readonly string[]) {
    this.target = new Target(...pods);
  }

  readonly dial: DialPod = async ({ pod }, { signal }) => {
    this.dialed.push(pod);
    await this.dialsAllowed;
    const refusal = this.refusals.get(pod);
    if (refusal === null)
      return new Promise((resolve) => {
        const onAbort = (): void => {
          resolve(err({ status: 0, body: 'aborted' }));
        };
        if (signal.aborted) onAbort();
        signal.addEventListener('abort', onAbort);
      });
    if (refusal !== undefined) return err(refusal);
    const [ours, theirs] = duplexPair();
    const podEnd = new ServerConnection(theirs, (stream) => {
      stream.on('error', () => undefined);
      if (stream.headers['streamtype'] === 'error') return;
      stream.write(`${pod}: `);
      stream.pipe(stream);
    });
    this.#podEnds.push(podEnd);
    void podEnd.run();
    const connection = new SpdyConnection(ours, this.clock);
    this.connections.push({ pod, connection });
    return ok(connection);
  };

  serve(holdTimeoutMs = 5_000): PodServer {
    const server: PodServer = new PodServer({
      clock: this.clock,
      service: { ...serviceWith(kubectlConnection()), holdTimeoutMs },
      namespace: 'default',
      target: this.target,
      isAfterOutage: () => this.isAfterOutage,
      dial: this.dial,
      traffic: { hasQueuedBytes: () => false, bytesReceived: () => 0 },
      succession: this.succession,
      reports: {
        onEnd: ({ cause }) => {
          this.ends.push(cause);
          this.close(server);
        },
        onComplaint: (cause) => this.complaints.push(cause),
        onSuspicion: () => {
          this.suspicions += 1;
        },
      },
    });
    this.#servers.push(server);
    this.#stopFollowing = this.target.onVerdict((verdict) => {
      server.follow(verdict);
    });
    return server;
  }

  async openReady(name = 'one', holdTimeoutMs?: number): Promise<PodServer> {
    const server = this.serve(holdTimeoutMs);
    const opened = await this.open(server);
    if (!opened.ok) throw new Error(opened.error.title);
    this.#endpoints.set(name, opened.value);
    return server;
  }

  open(server: PodServer): ReturnType<PodServer['open']> {
    const { verdict } = this.target;
    if (verdict?.kind !== 'pod') throw new Error('no pod serves');
    return server.open(verdict);
  }

  close(server: PodServer, isDismissed = false): void {
    this.#stopFollowing();
    server.close({ isDismissed });
  }

  connect(name = 'one'): Socket {
    const endpoint = this.#endpoints.get(name);
    if (endpoint?.kind !== 'in-process') throw new Error(`${name} is not ready`);
    const client = endpoint.server.connect();
    client.on('error', () => undefined);
    this.#clients.add(client);
    return client;
  }

  /** The pods of the open connections. */
  get openTo(): readonly string[] {
    return this.connections.filter(({ connection }) => connection.isOpen).map(({ pod }) => pod);
  }

  async dispose(): Promise<void> {
    for (const server of this.#servers) server.close({ isDismissed: true });
    for (const client of this.#clients) client.destroy();
    await eventually('all connections are closed', () => this.openTo.length === 0);
    for (const podEnd of this.#podEnds) podEnd.destroy();
    await settle();
    expect([this.clock.pendingTimers, this.target.listenerCount <= this.#servers.length]).toEqual([0, true]);
  }
}

let world: World;

afterEach(() => world.dispose());

const start = (...pods: readonly string[]): World => (world = new World(...pods));

/** Everything received until the other side closes. */
async function receivedBy(client: Socket): Promise<string> {
  let text = '';
  client.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => client.once('close', resolve));
  return text;
}

async function hello(client: Socket): Promise<string> {
  client.end('hello');
  return receivedBy(client);
}

async function connected(client: Socket): Promise<string> {
  client.write('hello');
  const [chunk] = (await once(client, 'data')) as [Buffer];
  return chunk.toString();
}

describe('clients', () => {
  it('go to the pod that serves when they connect; clients of a former pod stay until they disconnect', async () => {
    const { target } = start('a', 'b');
    await world.openReady();
    const early = world.connect();
    expect(await connected(early)).toMatch(/^a: /);
    target.become(servingPod('b'));
    expect(await hello(world.connect())).toBe('b: hello');
    expect(world.openTo).toContain('a');
    expect(await hello(early)).toMatch(/hello$/);
    await eventually('the former pod is left', () => !world.openTo.includes('a'));
    expect([world.complaints, world.ends]).toEqual([[], []]);
  });

  it('leave no connection to a former pod, even if one of several was lost with the last client', async () => {
    const { target } = start('a', 'b');
    await world.openReady();
    const client = world.connect();
    await connected(client);
    await eventually('a warm one', () => world.openTo.length === 2);
    target.become(servingPod('b'));
    world.connections.find(({ connection }) => connection.streamCount > 0)?.connection.close();
    await receivedBy(client);
    await eventually('the former pod is left', () => !world.openTo.includes('a'));
  });

  it('wait for a pod and are connected to it', async () => {
    const { target } = start('a', 'b');
    await world.openReady();
    const kept = world.connect();
    await connected(kept);
    target.become(none);
    expect(world.complaints).toEqual([noPod]);
    const waiting = hello(world.connect());
    await eventually('it waits', () => target.listenerCount === 2);
    target.become(servingPod('b'));
    expect(await waiting).toBe('b: hello');
    expect(target.listenerCount).toBe(1);
  });

  it('wait for the hold timeout and no longer', async () => {
    const { target } = start('a');
    await world.openReady('one', 3_000);
    await connected(world.connect());
    target.become(none);
    const waiting = hello(world.connect());
    await eventually('it waits', () => target.listenerCount === 2);
    await world.clock.advance(3_000);
    expect([await waiting, target.listenerCount]).toEqual(['', 1]);
  });

  it('are not delayed by a hold timeout of 0 while a pod serves', async () => {
    const { clock } = start('a');
    await world.openReady('one', 0);
    for (const { connection } of world.connections) connection.close();
    await eventually('its loss is known', () => world.suspicions === 1);
    let open = (): void => undefined;
    world.dialsAllowed = new Promise((resolve) => (open = resolve));
    world.dialed.length = 0;
    const client = hello(world.connect());
    await eventually('its connection is being made', () => world.dialed.length === 1);
    await clock.advance(1);
    open();
    expect(await client).toBe('a: hello');
  });

  it('outlive a server when the last pod is gone, and are served by the next one', async () => {
    const { target } = start('a', 'b');
    await world.openReady('one');
    const kept = world.connect('one');
    await connected(kept);
    target.become(none);
    const waiting = hello(world.connect('one'));
    await eventually('it waits', () => target.listenerCount === 2);
    kept.destroy();
    await eventually('it has ended', () => world.ends.length === 1);
    expect(world.ends).toEqual([noPod]);
    target.become(servingPod('b'));
    await world.openReady('two');
    expect(await waiting).toBe('b: hello');
  });

  it('wait for the next server only within the hold timeout, and not if the user stopped theirs', async () => {
    const { target, clock } = start('a');
    const server = await world.openReady('one', 3_000);
    const kept = world.connect('one');
    await connected(kept);
    target.become(none);
    const waiting = hello(world.connect('one'));
    await eventually('it waits', () => target.listenerCount === 2);
    await clock.advance(2_000);
    world.close(server);
    await settle();
    await clock.advance(1_000);
    expect(await waiting).toBe('');

    target.become(servingPod('a'));
    const dismissed = await world.openReady('two');
    await connected(world.connect('two'));
    target.become(none);
    const second = hello(world.connect('two'));
    await eventually('it waits', () => target.listenerCount === 2);
    world.close(dismissed, true);
    expect([await second, clock.pendingTimers]).toEqual(['', 0]);
  });

  it('leave nothing at the server, however many there were', async () => {
    start('a');
    const server = await world.openReady();
    for (let count = 0; count < 50; count += 1) expect(await hello(world.connect())).toBe('a: hello');
    expect(world.target.listenerCount).toBe(1);
    world.close(server);
    expect(world.complaints).toEqual([]);
  });
});

describe('a pod that cannot be reached', () => {
  it('is avoided from the start, and another pod serves', async () => {
    const { target } = start('a', 'b');
    world.refusals.set('a', unreachable);
    await world.openReady();
    expect([target.avoided, await hello(world.connect())]).toEqual([['a'], 'b: hello']);
  });

  it('is tried once if no pod can be reached, at the start and by each client', async () => {
    const { target } = start('a', 'b', 'c');
    for (const pod of ['a', 'b', 'c']) world.refusals.set(pod, unreachable);
    const opened = await world.open(world.serve());
    expect(opened.ok ? null : opened.error.code).toBe('host-unreachable');
    expect([world.dialed, target.avoided]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    world.refusals.clear();
    await world.openReady('two');
    for (const { connection } of world.connections) connection.close();
    await eventually('its loss is known', () => world.suspicions === 1);
    for (const pod of ['a', 'b', 'c']) world.refusals.set(pod, unreachable);
    world.dialed.length = 0;
    expect([await hello(world.connect('two')), world.dialed]).toEqual(['', ['c']]);
    expect(world.complaints.map(({ code }) => code)).toEqual(['host-unreachable']);
  });

  it('is not avoided for a failure that affects all pods: missing rights or an unreachable API server', async () => {
    const { target } = start('a', 'b');
    const refused = { status: 502, body: 'dial tcp 127.0.0.1:6443: connect: connection refused' };
    for (const [answer, code] of [
      [forbidden, 'forbidden'],
      [refused, 'connection-refused'],
    ] as const) {
      world.refusals.set('a', answer);
      const opened = await world.open(world.serve());
      expect([opened.ok ? null : opened.error.code, target.avoided, world.dialed.splice(0)]).toEqual([
        code,
        [],
        ['a'],
      ]);
    }
  });

  it('is tried again when it is refused soon after an outage, for 5 s', async () => {
    start('a');
    world.isAfterOutage = true;
    world.refusals.set('a', forbidden);
    const opening = world.openReady();
    await world.clock.advance(1_000);
    world.refusals.clear();
    await world.clock.advance(250);
    await opening;
    expect(await hello(world.connect())).toBe('a: hello');
    world.refusals.set('a', forbidden);
    const refused = world.open(world.serve());
    await world.clock.advance(5_000);
    const result = await refused;
    expect(result.ok ? null : result.error.code).toBe('forbidden');
  });
});

describe('another pod', () => {
  it('that serves before the first is reached is used, and no pod is avoided', async () => {
    const { target } = start('a', 'b');
    world.refusals.set('a', null);
    const opening = world.openReady();
    await settle();
    target.become(servingPod('b'));
    await opening;
    expect([target.avoided, await hello(world.connect())]).toEqual([[], 'b: hello']);
  });

  it('that terminates before it is reached leaves no pod, and this is reported', async () => {
    const { target } = start('a');
    world.refusals.set('a', null);
    const opening = world.open(world.serve());
    await settle();
    target.become(none);
    expect(await opening).toEqual(err(noPod));
  });

  it('is not dialed after the end, not even at the same moment', async () => {
    const { target } = start('a', 'b');
    const server = await world.openReady();
    world.close(server);
    world.dialed.length = 0;
    server.follow(servingPod('b'));
    expect([await server.prove(1_000), world.dialed]).toEqual([{ kind: 'silent' }, []]);
    world.refusals.set('b', null);
    target.become(servingPod('b'));
    const late = world.serve();
    const opening = world.open(late);
    await settle();
    late.follow(servingPod('a'));
    world.close(late);
    expect((await opening).ok).toBe(false);
    expect(world.openTo).toEqual([]);
  });
});

it('is vouched for while pings are answered, and raises a suspicion when they are not', async () => {
  start('a');
  const server = await world.openReady();
  expect([server.isResponsive, await server.prove(1_000)]).toEqual([true, { kind: 'alive' }]);
  for (const { connection } of world.connections) connection.close();
  await eventually('its loss is known', () => world.suspicions === 1);
  expect(server.isResponsive).toBe(false);
  world.refusals.set('a', null);
  const proof = server.prove(1_000);
  await world.clock.advance(1_000);
  expect(await proof).toEqual({ kind: 'silent' });
});
