import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { Connection, TargetProbe } from '../../../shared/service-spec.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { ClientEvidence, TunnelTraffic } from '../relay/service-port.ts';
import type { TransportProof } from '../transport/carrier.ts';
import { createHealthMonitorScheduler } from './health-monitor-scheduler.ts';
import type { HealthMonitor, HealthMonitorScheduler, HealthTarget } from './health-monitor.ts';
import { FakeProbe } from './testing/fake-probe.ts';
import { healthTarget, RecordedHealth } from './testing/health-target.ts';

const second = 1000;
const tcp: Connection = { technology: 'tcp', host: 'db', remotePort: 7000 };
const kubectl: Connection = {
  technology: 'kubectl',
  target: { kind: 'service', name: 'api' },
  kubeconfig: null,
  namespace: 'default',
  context: null,
  remotePort: 7000,
};
const hello: TargetProbe = { type: 'ssh' };
const quiet: TunnelTraffic = { isFlowing: false, lastOpenedAt: null };
const alive: TransportProof = { kind: 'alive' };
/** After every answer of these tests. */
const closed: ClientEvidence = { kind: 'closed', at: Infinity };
const refused: ClientEvidence = { kind: 'unconnected', errno: 'ECONNREFUSED' };

let clock: FakeClock;
let probe: FakeProbe;
let heard: RecordedHealth;
let traffic: TunnelTraffic;
/** Like the relay: reading the traffic resets it. */
let look: () => TunnelTraffic;
let transport: TransportProof;
let scheduler: HealthMonitorScheduler;

beforeEach(() => {
  clock = new FakeClock();
  probe = new FakeProbe(clock);
  heard = new RecordedHealth();
  traffic = quiet;
  look = () => traffic;
  transport = alive;
  scheduler = createHealthMonitorScheduler({ clock, probes: probe.probe, random: () => 0 });
});

afterEach(() => scheduler.close());

interface Given {
  readonly hello?: TargetProbe;
  readonly connection?: Connection;
  readonly trouble?: HealthTarget['trouble'];
}

async function watch({ hello: asked, connection = tcp, trouble = null }: Given = {}): Promise<HealthMonitor> {
  const target = healthTarget('a', { probe: { type: 'auto', hello: asked ?? null } });
  const monitor = scheduler.watch(
    {
      ...target,
      service: { ...target.service, connection },
      traffic: () => look(),
      proveTransport: () => Promise.resolve(transport),
      trouble,
    },
    heard.onReport,
  );
  await clock.advance(0);
  return monitor;
}

/** The latest report: `unhealthy untried: target-closed`. */
const latest = (): string | undefined => heard.lines.at(-1)?.slice('a '.length);
const answered = (): ClientEvidence => ({ kind: 'answered', since: clock.now() });

describe('a target of unknown protocol', () => {
  it('is ready and never dialed, even after other events', async () => {
    const monitor = await watch();
    expect(latest()).toBe('ready answered');
    await clock.advance(300 * second);
    monitor.observe(closed);
    await monitor.prove();
    await clock.advance(300 * second);
    expect(probe.asked).toEqual([]);
  });

  it('is healthy as soon as bytes come back to a client', async () => {
    const monitor = await watch();
    monitor.observe(answered());
    expect(latest()).toBe('healthy answered');
  });

  it('is healthy while bytes flow on an earlier connection', async () => {
    await watch();
    traffic = { isFlowing: true, lastOpenedAt: 0 };
    await clock.advance(31 * second);
    expect(latest()).toBe('healthy answered');
  });

  it('reports a working client at most once a second', async () => {
    const monitor = await watch();
    for (let count = 0; count < 500; count += 1) monitor.observe(answered());
    expect(heard.lines.length).toBeLessThanOrEqual(3);
  });

  it('stays healthy if it is told late of a connection that was closed before the last answer', async () => {
    const monitor = await watch();
    const before = clock.now();
    await clock.advance(500);
    monitor.observe(answered());
    const healthy = latest();
    monitor.observe({ kind: 'closed', at: before });
    expect([healthy, latest()]).toEqual(['healthy answered', 'healthy answered']);
    monitor.observe({ kind: 'closed', at: before });
    monitor.observe({ kind: 'closed', at: before });
    expect(latest()).toBe('healthy answered');
  });

  it('reports a loop, not the connections that it closed', async () => {
    const monitor = await watch();
    monitor.observe({ kind: 'looped' });
    monitor.observe(closed);
    expect(latest()).toBe('unhealthy untried: loops-back');
  });

  it.each<[ClientEvidence, Connection, string]>([
    [refused, tcp, 'db:7000 refused the connection'],
    [{ kind: 'unconnected', errno: 'EHOSTUNREACH' }, tcp, 'db cannot be reached'],
    [{ kind: 'unconnected', errno: 'ENOTFOUND' }, tcp, 'The name db was not found'],
    [{ kind: 'unconnected', errno: 'ETIMEDOUT' }, tcp, 'db did not answer in time'],
    [closed, tcp, 'db:7000 closed the connection without an answer'],
    [closed, kubectl, 'service/api closed the connection without an answer'],
    [{ kind: 'tls-expected' }, tcp, 'db:7000 expects TLS, and the client did not use it'],
  ])('reports why the first connection failed: %j', async (evidence, connection, title) => {
    const titles: (string | undefined)[] = [];
    const target = healthTarget('a', { probe: { type: 'auto', hello: null } });
    const monitor = scheduler.watch(
      { ...target, service: { ...target.service, connection } },
      (_tunnelId, { health, cause }) => {
        if (health === 'unhealthy') titles.push(cause?.title);
      },
    );
    await clock.advance(0);
    monitor.observe(evidence);
    expect(titles).toEqual([title]);
  });

  it('stays unhealthy until bytes come back, without reports in between', async () => {
    const monitor = await watch({ connection: kubectl });
    monitor.observe(closed);
    const reported = heard.lines.length;
    monitor.observe(closed);
    expect(heard.lines.length).toBe(reported);
    await clock.advance(300 * second);
    expect(new Set(heard.lines.slice(reported).map((line) => line.split(' ')[1]))).toEqual(
      new Set(['unhealthy']),
    );
    monitor.observe(answered());
    expect(latest()).toBe('healthy answered');
  });

  it('is ready again when a later connection stays open', async () => {
    const monitor = await watch();
    monitor.observe(refused);
    traffic = { isFlowing: false, lastOpenedAt: clock.now() + second };
    await clock.advance(31 * second);
    expect(latest()).toBe('ready answered');
  });

  it('does not become ready for a connection that a tunnel keeps open while its remote end is still connecting', async () => {
    const monitor = await watch({ connection: kubectl });
    monitor.complained(describeCause('target-closed', { host: 'service/api' }));
    traffic = { isFlowing: false, lastOpenedAt: clock.now() + second };
    await clock.advance(127 * second);
    expect(latest()).toBe('unhealthy answered: target-closed');
    await clock.advance(60 * second);
    expect(latest()).toBe('ready answered');
  });

  it('tolerates one connection closed by a healthy server, but not several in a row', async () => {
    const monitor = await watch();
    monitor.observe(answered());
    monitor.observe(closed);
    monitor.observe(closed);
    expect(latest()).toBe('healthy answered');
    monitor.observe(closed);
    expect(latest()).toBe('unhealthy untried: target-closed');
  });

  it('becomes unhealthy at once when it refuses a connection', async () => {
    const monitor = await watch();
    monitor.observe(answered());
    monitor.observe(refused);
    expect(latest()).toBe('unhealthy untried: connection-refused');
  });

  it('becomes unhealthy with the cause that the tunnel reports', async () => {
    const monitor = await watch({ connection: kubectl });
    monitor.complained(describeCause('target-refused'));
    monitor.observe(closed);
    await clock.advance(60 * second);
    expect(latest()).toBe('unhealthy answered: target-refused');
  });

  it("ignores failures of the tunnel's endpoint", async () => {
    const monitor = await watch({ connection: kubectl });
    monitor.observe(refused);
    expect(latest()).toBe('ready answered');
  });

  it('keeps its trouble on a new tunnel', async () => {
    const monitor = await watch({ trouble: describeCause('target-refused') });
    expect(latest()).toBe('unhealthy answered: target-refused');
    monitor.forgetTarget();
    await clock.advance(30 * second);
    expect(latest()).toBe('ready answered');
  });

  it('does not become healthy after an interruption because of earlier bytes', async () => {
    const monitor = await watch();
    let isFlowing = true;
    look = () => {
      const seen = isFlowing;
      isFlowing = false;
      return { ...quiet, isFlowing: seen };
    };
    monitor.forgetTarget();
    await monitor.prove();
    expect(latest()).toBe('ready answered!');
  });

  it('stays healthy while it answers other connections than one with a slow request', async () => {
    const monitor = await watch();
    await clock.advance(10 * second);
    // The slow connection sent its request 4 s ago.
    monitor.observe(answered());
    await clock.advance(second);
    monitor.observe({ kind: 'silent', awaited: 'answer', forMs: 4_000 });
    expect(latest()).toBe('healthy answered');
    await clock.advance(8 * second);
    monitor.observe({ kind: 'silent', awaited: 'answer', forMs: 8_000 });
    expect(latest()).toContain('ready');
  });

  it('is no longer healthy once it is silent, and unhealthy when it accepts no connection', async () => {
    const monitor = await watch();
    monitor.observe(answered());
    await clock.advance(second);
    monitor.observe({ kind: 'silent', awaited: 'answer', forMs: 1_000 });
    expect(latest()).toBe('ready untried');
    monitor.observe({ kind: 'silent', awaited: 'connection', forMs: 1_000 });
    expect(latest()).toBe('ready untried');
    monitor.observe({ kind: 'silent', awaited: 'connection', forMs: 4_000 });
    expect(latest()).toBe('unhealthy untried: timed-out');
  });

  it('is no longer healthy once it is silent behind a tunnel that answers', async () => {
    const monitor = await watch({ connection: kubectl });
    monitor.observe(answered());
    await clock.advance(second);
    monitor.observe({ kind: 'silent', awaited: 'connection', forMs: 1_000 });
    expect(latest()).toBe('healthy answered');
    monitor.observe({ kind: 'silent', awaited: 'answer', forMs: 1_000 });
    await monitor.prove();
    expect(latest()).toBe('ready answered!');
    monitor.observe(answered());
    expect(latest()).toBe('healthy answered');
  });

  it('is not judged by connections that end while its tunnel is silent', async () => {
    const monitor = await watch({ connection: kubectl });
    transport = { kind: 'silent' };
    await monitor.prove();
    monitor.observe(closed);
    expect(latest()).toBe('ready silent!');
    transport = alive;
    await monitor.prove();
    monitor.observe(closed);
    expect(latest()).toBe('unhealthy untried: target-closed');
  });

  it.each<[string, Connection, TransportProof, string]>([
    ['not for long', tcp, alive, 'ready answered'],
    ['not for long', kubectl, { kind: 'unprovable' }, 'ready untried'],
    ['for as long as its transport answers', kubectl, alive, 'healthy answered'],
  ])('stays healthy %s: %j', async (_name, connection, proof, expected) => {
    transport = proof;
    const monitor = await watch({ connection });
    monitor.observe(answered());
    await clock.advance(299 * second);
    expect(latest()).toMatch(/^healthy/);
    await clock.advance(60 * second);
    expect(latest()).toBe(expected);
  });
});

describe('a target whose hello is known', () => {
  it('is probed only once', async () => {
    await watch({ hello });
    expect(latest()).toBe('healthy answered 0');
    await clock.advance(600 * second);
    expect(probe.timesOf()).toEqual([0]);
  });

  it('is checking until the hello is answered', async () => {
    probe.answer = () => 'hangs';
    await watch({ hello });
    expect(heard.lines).toEqual([]);
  });

  it('is not probed while bytes flow', async () => {
    traffic = { isFlowing: true, lastOpenedAt: 0 };
    await watch({ hello });
    await clock.advance(60 * second);
    expect(probe.asked).toEqual([]);
    expect(latest()).toBe('healthy answered');
  });

  it('becomes unhealthy at once when its hello fails, and is probed again until it answers', async () => {
    probe.answer = () => 'fails';
    await watch({ hello });
    expect(latest()).toBe('unhealthy answered: check-failed');
    await clock.advance(10 * second);
    expect(probe.timesOf().length).toBeGreaterThan(3);
    probe.answer = () => 'passes';
    await clock.advance(30 * second);
    expect(latest()).toBe('healthy answered 0');
    const { length } = probe.asked;
    await clock.advance(300 * second);
    expect(probe.asked.length).toBe(length);
  });

  it("is probed at once when a client's connection fails", async () => {
    const monitor = await watch({ hello });
    await clock.advance(second);
    monitor.observe(refused);
    await clock.advance(0);
    expect(probe.timesOf()).toEqual([0, second]);
    expect(latest()).toBe('healthy answered 0');
  });

  it('is checking when an answer is late, and unhealthy after repeated late answers', async () => {
    const late = { kind: 'timed-out', awaited: 'answer', afterMs: 5, remoteEndSpoke: false } as const;
    const failed = { kind: 'failed', finding: 'no answer', failure: late } as const;
    let isLate = false;
    scheduler = createHealthMonitorScheduler({
      clock,
      probes: () => Promise.resolve(isLate ? failed : { kind: 'passed', tookMs: 1 }),
      random: () => 0,
    });
    const monitor = await watch({ hello });
    isLate = true;
    await monitor.prove();
    expect(latest()).toBe('unknown answered!');
    await clock.advance(10 * second);
    expect(latest()).toBe('unhealthy answered: timed-out');
  });

  it('counts any answer', async () => {
    const answer = { code: 'check-refused', title: 'The service does not speak SSH' } as const;
    const failed = { kind: 'failed', finding: 'HTTP', failure: { kind: 'answered', answer } } as const;
    scheduler = createHealthMonitorScheduler({
      clock,
      probes: () => Promise.resolve(failed),
      random: () => 0,
    });
    await watch({ hello });
    expect(latest()).toBe('healthy answered');
  });
});
