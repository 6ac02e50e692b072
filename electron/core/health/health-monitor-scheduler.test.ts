import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/service-spec.ts';
import type { TransportProof } from '../transport/carrier.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import {
  createHealthMonitorScheduler,
  type HealthMonitorSchedulerOptions,
} from './health-monitor-scheduler.ts';
import type { HealthMonitorScheduler, HealthTarget } from './health-monitor.ts';
import { FakeProbe } from './testing/fake-probe.ts';
import { healthTarget, RecordedHealth } from './testing/health-target.ts';

const second = 1000;

let clock: FakeClock;
let probe: FakeProbe;
let heard: RecordedHealth;
const started: HealthMonitorScheduler[] = [];

beforeEach(() => {
  clock = new FakeClock();
  probe = new FakeProbe(clock);
  heard = new RecordedHealth();
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((scheduler) => scheduler.close()));
});

const start = (options: Partial<HealthMonitorSchedulerOptions> = {}): HealthMonitorScheduler => {
  const scheduler = createHealthMonitorScheduler({ clock, probes: probe.probe, random: () => 0, ...options });
  started.push(scheduler);
  return scheduler;
};

/** The sequence of states without repetitions: `a healthy`. */
const changes = (): readonly string[] => {
  const last = new Map<string, string>();
  return heard.lines.flatMap((line) => {
    const [name = '', health = ''] = line.split(' ');
    if (last.get(name) === health) return [];
    last.set(name, health);
    return health === 'unknown' ? [] : [`${name} ${health}`];
  });
};

describe('the pace of checks', () => {
  it('checks at once and then every interval, from start to start', async () => {
    probe.tookMs = 700;
    start().watch(healthTarget('a'), heard.onReport);
    await clock.advance(91 * second);
    expect(probe.timesOf('a')).toEqual([0, 30_000, 60_000, 90_000]);
  });

  it('runs checks of one service one after the other', async () => {
    probe.tookMs = 12 * second;
    start().watch(healthTarget('a', { intervalMs: 5 * second }), heard.onReport);
    await clock.advance(50 * second);
    expect(probe.timesOf('a')).toEqual([0, 15_000, 30_000, 45_000]);
    expect(probe.mostRunning).toBe(1);
  });

  it('checks at once on request, and once more if a check is running', async () => {
    probe.tookMs = 700;
    const monitor = start().watch(healthTarget('a'), heard.onReport);
    await clock.advance(200);
    monitor.checkNow();
    await clock.advance(9_800);
    expect(probe.timesOf('a')).toEqual([0, 700]);
    monitor.checkNow();
    await clock.advance(31_000);
    expect(probe.timesOf('a')).toEqual([0, 700, 10_000, 40_000]);
  });

  it('checks sooner after a failure, then less and less often', async () => {
    probe.answer = () => (clock.now() < 100 * second ? 'fails' : 'passes');
    start().watch(healthTarget('a'), heard.onReport);
    await clock.advance(130 * second);
    // Every 2 s below the threshold; beyond it, at delays that double up to the interval.
    expect(probe.timesOf('a')).toEqual([
      0, 2000, 4000, 6000, 10_000, 18_000, 34_000, 64_000, 94_000, 124_000,
    ]);
    expect(changes()).toEqual(['a unhealthy', 'a healthy']);
  });

  it('spreads services that start together over a fraction of their interval, once', async () => {
    const randoms = [0, 0.5, 1];
    const scheduler = start({ random: () => randoms.shift() ?? 0 });
    for (const name of ['a', 'b', 'c'])
      scheduler.watch(healthTarget(name, { intervalMs: 5 * second }), heard.onReport);
    await clock.advance(11 * second);
    expect(['a', 'b', 'c'].map((name) => probe.timesOf(name))).toEqual([
      [0, 5000, 10_000],
      [0, 4500, 9500],
      [0, 4000, 9000],
    ]);
  });

  it('wakes the process a few times a round, not once for each of 100 services', async () => {
    let count = 0;
    const scheduler = start({ random: () => (count++ % 100) / 100, maxConcurrentProbes: 100 });
    for (let i = 0; i < 100; i++)
      scheduler.watch(healthTarget(`s${i}`, { intervalMs: 5 * second }), heard.onReport);
    await clock.advance(54 * second);
    expect(probe.asked).toHaveLength(11 * 100);
    const wakes = new Set(probe.timesOf()).size;
    expect(wakes).toBeGreaterThan(10 * 5);
    expect(wakes).toBeLessThan(10 * 12);
  });

  it('does not check continuously when checks end without an answer', async () => {
    probe.answer = () => 'gives-up';
    start().watch(healthTarget('a', { intervalMs: 5 * second }), heard.onReport);
    await clock.advance(11 * second);
    expect(probe.timesOf('a')).toEqual([0, 5000, 10_000]);
    expect(heard.lines).toEqual([]);
  });

  it('runs no more checks at once than allowed, and starts the most overdue one first', async () => {
    probe.answer = ({ endpoint }) =>
      endpoint.kind === 'unix' && endpoint.path === 'hangs' ? 'hangs' : 'passes';
    probe.tookMs = 3 * second;
    const scheduler = start({ maxConcurrentProbes: 2 });
    const every = { intervalMs: 5 * second };
    for (const name of ['hangs', 'a', 'b', 'c']) scheduler.watch(healthTarget(name, every), heard.onReport);
    await clock.advance(13 * second);
    expect(probe.mostRunning).toBe(2);
    expect(
      probe.asked.map(({ at, request }) => `${at / second} ${(request.endpoint as { path: string }).path}`),
    ).toEqual(['0 hangs', '0 a', '3 b', '6 c', '9 a', '12 b']);
  });
});

describe('the results of checks', () => {
  it('reports the health after each check, which changes after the configured number of consecutive results', async () => {
    const answers = 'pfpffpppf';
    probe.answer = () => (answers[probe.asked.length - 1] === 'f' ? 'fails' : 'passes');
    start().watch(
      healthTarget('a', { failureThreshold: 2, successThreshold: 2, intervalMs: second }),
      heard.onReport,
    );
    await clock.advance(8.5 * second);
    expect(heard.lines).toEqual([
      'a unknown answered 0',
      'a unknown none',
      'a unknown answered 0',
      'a unknown none',
      'a unhealthy none: check-failed',
      'a unhealthy answered 0: check-failed',
      'a healthy answered 0',
      'a healthy answered 0',
      'a healthy none',
    ]);
  });

  it('probes with the endpoint and timeout of the service, and with its local port if a URL has no host', async () => {
    const url = async (written: string | null): Promise<unknown> => {
      const http = { type: 'http', url: written, method: 'GET', expectedStatus: [200] } as const;
      const spec = { ...http, expectedContent: null, headers: {}, verifySsl: true, caFile: null };
      const monitor = start().watch(healthTarget('a', { probe: spec, timeoutMs: 1234 }), heard.onReport);
      await clock.advance(1);
      await monitor.stop();
      const { request } = probe.asked.at(-1)!;
      expect([request.endpoint, request.timeoutMs]).toEqual([{ kind: 'unix', path: 'a' }, 1234]);
      return request.spec.type === 'http' && request.spec.url;
    };
    expect(await url(null)).toBe('http://localhost:8080/');
    expect(await url('/health')).toBe('http://localhost:8080/health');
    expect(await url('http://db:9000/health')).toBe('http://db:9000/health');
  });

  it('reports nothing after it was stopped from within a report', async () => {
    const monitor = start().watch(healthTarget('a'), (...report) => {
      heard.onReport(...report);
      void monitor.stop();
    });
    await clock.advance(100 * second);
    expect(heard.lines).toEqual(['a healthy answered 0']);
    expect(probe.asked).toHaveLength(1);
  });
});

describe('watched tunnels', () => {
  it('are checked once even if watched twice', async () => {
    const scheduler = start();
    const first = scheduler.watch(healthTarget('a'), heard.onReport);
    scheduler.watch(healthTarget('a'), heard.onReport);
    expect(scheduler.active()).toBe(1);
    await clock.advance(61 * second);
    expect(heard.lines.filter((line) => line.startsWith('a '))).toHaveLength(3);
    await first.stop();
    expect(scheduler.active()).toBe(1);
    await clock.advance(30 * second);
    expect(heard.lines.filter((line) => line.startsWith('a '))).toHaveLength(4);
  });

  it('are checked at the new pace after a reload', async () => {
    const scheduler = start();
    const before = scheduler.watch(healthTarget('a'), heard.onReport);
    await clock.advance(10 * second);
    await before.stop();
    scheduler.watch(healthTarget('a', { intervalMs: 5 * second }), heard.onReport);
    await clock.advance(11 * second);
    expect(probe.timesOf('a')).toEqual([0, 10_000, 15_000, 20_000]);
  });

  it('have only their own check canceled when they are stopped', async () => {
    probe.answer = () => 'hangs';
    const scheduler = start();
    const a = scheduler.watch(healthTarget('a'), heard.onReport);
    scheduler.watch(healthTarget('b'), heard.onReport);
    await a.stop();
    expect(probe.asked.map(({ request }) => request.signal.aborted)).toEqual([true, false]);
    expect(scheduler.active()).toBe(1);
  });

  it('are unaffected by failures of another service', async () => {
    probe.answer = ({ endpoint }) =>
      endpoint.kind === 'unix' && endpoint.path === 'bad' ? 'fails' : 'passes';
    const scheduler = start();
    scheduler.watch(healthTarget('bad'), heard.onReport);
    scheduler.watch(healthTarget('good'), heard.onReport);
    await clock.advance(61 * second);
    expect(probe.timesOf('good')).toEqual([0, 30_000, 60_000]);
    expect(changes()).toEqual(['good healthy', 'bad unhealthy']);
  });

  it('are all stopped on close, and no new ones are accepted', async () => {
    probe.answer = () => 'hangs';
    const scheduler = start();
    scheduler.watch(healthTarget('a'), heard.onReport);
    await scheduler.close();
    expect([probe.running, scheduler.active(), clock.pendingTimers]).toEqual([0, 0, 0]);
    const late = scheduler.watch(healthTarget('b'), heard.onReport);
    expect(await late.prove()).toBeNull();
    await late.stop();
    await clock.advance(100 * second);
    expect(probe.asked).toHaveLength(1);
  });
});

describe('pause', () => {
  it('cancels and counts nothing, and holds no timer', async () => {
    probe.answer = ({ endpoint }) => (endpoint.kind === 'unix' && endpoint.path === 'a' ? 'hangs' : 'passes');
    const scheduler = start();
    for (const name of ['a', 'b']) scheduler.watch(healthTarget(name), heard.onReport);
    await clock.advance(second);
    scheduler.pause();
    await clock.advance(0);
    expect([probe.running, clock.pendingTimers]).toEqual([0, 0]);
    await clock.advance(10 * 60 * second);
    expect(probe.asked).toHaveLength(2);
    expect(heard.lines).toEqual(['b healthy answered 0']);
  });

  it('holds no timer between two checks', async () => {
    const scheduler = start();
    scheduler.watch(healthTarget('a'), heard.onReport);
    await clock.advance(second);
    expect(clock.pendingTimers).toBe(1);
    scheduler.pause();
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not count a check that gets an answer in spite of it', async () => {
    probe.answer = () => 'passes-anyway';
    probe.tookMs = 100;
    const scheduler = start();
    const monitor = scheduler.watch(healthTarget('a'), heard.onReport);
    scheduler.pause();
    await clock.advance(second);
    scheduler.resume();
    await clock.advance(0);
    const stopped = monitor.stop();
    await clock.advance(second);
    await stopped;
    expect(probe.asked).toHaveLength(2);
    expect(heard.lines).toEqual([]);
  });

  it('is followed by checks spread over the interval, not by a burst', async () => {
    let count = 0;
    const scheduler = start({ random: () => (count++ % 20) / 20 });
    for (let i = 0; i < 20; i++) scheduler.watch(healthTarget(`s${i}`), heard.onReport);
    await clock.advance(second);
    scheduler.pause();
    await clock.advance(3600 * second);
    probe.asked.length = 0;
    scheduler.resume();
    await clock.advance(29 * second);
    expect(probe.asked).toHaveLength(20);
    expect(new Set(probe.timesOf()).size).toBe(20);
  });

  it('does not add failures before it to failures after it', async () => {
    const scheduler = start();
    probe.answer = () => 'fails';
    scheduler.watch(healthTarget('a', { failureThreshold: 3 }), heard.onReport);
    await clock.advance(3 * second);
    scheduler.pause();
    scheduler.resume();
    await clock.advance(3 * second);
    expect(heard.lines).toEqual(['a unknown none', 'a unknown none', 'a unknown none', 'a unknown none']);
    await clock.advance(2 * second);
    expect(changes()).toEqual(['a unhealthy']);
  });

  it('postpones the first check of a tunnel that is watched during it', async () => {
    const scheduler = start({ random: () => 0.9 });
    scheduler.pause();
    scheduler.watch(healthTarget('a'), heard.onReport);
    await clock.advance(10 * second);
    scheduler.resume();
    await clock.advance(0);
    expect(probe.timesOf('a')).toEqual([10_000]);
  });
});

describe('a proof', () => {
  const silent = { kind: 'silent' } as const;

  it("probes target and transport in parallel, and reports the transport's result as soon as it is known", async () => {
    probe.tookMs = 500;
    const target = {
      ...healthTarget('a'),
      proveTransport: () => Promise.resolve({ kind: 'alive' } as const),
    };
    const monitor = start().watch(target, heard.onReport);
    const answer = monitor.prove();
    await clock.advance(0);
    expect(heard.lines).toEqual(['a unknown answered!']);
    await clock.advance(second);
    expect(await answer).toBe('answered');
    expect(heard.lines.slice(1)).toEqual(['a healthy answered 500', 'a healthy answered! 500']);
  });

  it('counts like any other check', async () => {
    probe.answer = () => 'fails';
    const monitor = start().watch(healthTarget('a', { failureThreshold: 2 }), heard.onReport);
    await clock.advance(0);
    const answer = monitor.prove();
    await clock.advance(0);
    expect([await answer, heard.lines]).toEqual([
      'none',
      ['a unknown none', 'a unhealthy none!: check-failed'],
    ]);
  });

  it('allows the configured timeout, but at least three seconds', async () => {
    const timeouts = [];
    for (const timeoutMs of [1 * second, 10 * second]) {
      const monitor = start().watch(healthTarget('a', { timeoutMs }), heard.onReport);
      const proof = monitor.prove();
      await clock.advance(0);
      await proof;
      timeouts.push(probe.asked.at(-1)?.request.timeoutMs);
    }
    expect(timeouts).toEqual([3 * second, 10 * second]);
  });

  it('gives the transport ten seconds instead of one while our own bytes are queued', async () => {
    const deadlines: number[] = [];
    for (const isQueued of [false, true]) {
      const target = {
        ...healthTarget('a'),
        hasQueuedBytes: () => isQueued,
        proveTransport: (deadlineMs: number) => {
          deadlines.push(deadlineMs);
          return Promise.resolve(silent);
        },
      };
      const proof = start().watch(target, heard.onReport).prove();
      await clock.advance(0);
      await proof;
    }
    expect(new Set(deadlines)).toEqual(new Set([second, 10 * second]));
  });

  it('is repeated every second while the tunnel is silent, so that a late answer is noticed', async () => {
    let answers: 'silent' | 'alive' = 'silent';
    probe.answer = () => 'fails';
    const target = {
      ...healthTarget('a', { failureThreshold: 100 }),
      proveTransport: () => Promise.resolve({ kind: answers }),
    };
    start().watch(target, heard.onReport);
    await clock.advance(3.5 * second);
    expect(probe.timesOf('a')).toEqual([0, 1000, 2000, 3000]);
    expect(heard.lines.at(-1)).toBe('a unknown silent!');
    answers = 'alive';
    await clock.advance(second);
    expect(heard.lines.at(-1)).toBe('a unknown answered!');
  });

  it('probes the transport in a regular check only if nothing answered', async () => {
    let asked = 0;
    const target = {
      ...healthTarget('a'),
      proveTransport: () => {
        asked += 1;
        return Promise.resolve({ kind: 'unprovable' } as const);
      },
    };
    start().watch(target, heard.onReport);
    await clock.advance(0);
    expect([asked, heard.lines]).toEqual([0, ['a healthy answered 0']]);
    probe.answer = () => 'fails';
    await clock.advance(30 * second);
    expect(asked).toBe(1);
  });

  it('is followed by one more for requests during it', async () => {
    probe.tookMs = 100;
    const monitor = start().watch(healthTarget('a'), heard.onReport);
    const answers = Promise.all([monitor.prove(), monitor.prove(), monitor.prove()]);
    await clock.advance(second);
    expect(await answers).toEqual(['answered', 'answered', 'answered']);
    expect(probe.asked).toHaveLength(3);
  });

  it('does not wait for a slot', async () => {
    probe.answer = ({ timeoutMs }) => (timeoutMs === 7 * second ? 'passes' : 'hangs');
    const scheduler = start({ maxConcurrentProbes: 1 });
    scheduler.watch(healthTarget('hangs'), heard.onReport);
    const monitor = scheduler.watch(healthTarget('a', { timeoutMs: 7 * second }), heard.onReport);
    const answer = monitor.prove();
    await clock.advance(0);
    expect(await answer).toBe('answered');
  });

  it('is canceled by a pause and can be requested again at once', async () => {
    probe.answer = () => 'hangs';
    const scheduler = start();
    const monitor = scheduler.watch(healthTarget('a'), heard.onReport);
    const before = monitor.prove();
    scheduler.pause();
    scheduler.resume();
    probe.answer = () => 'passes';
    const next = monitor.prove();
    await clock.advance(second);
    expect([await before, await next]).toEqual([null, 'answered']);
  });

  it('is canceled when the monitor stops', async () => {
    probe.answer = () => 'hangs';
    const monitor = start().watch(healthTarget('a'), heard.onReport);
    const answer = monitor.prove();
    await monitor.stop();
    expect(await answer).toBeNull();
    expect(probe.running).toBe(0);
  });
});

describe('a service without a check', () => {
  const none = { probe: { type: 'none' } } as const;
  const through = (connection: Connection): HealthTarget => {
    const target = healthTarget('a', none);
    return { ...target, service: { ...target.service, connection } };
  };
  const command: Connection = { technology: 'command', argv: ['socat'], remotePort: null };

  it('probes only its transport, at every interval', async () => {
    let asked = 0;
    const proveTransport = (): Promise<TransportProof> => {
      asked += 1;
      return Promise.resolve({ kind: asked === 3 ? 'silent' : 'alive' });
    };
    start().watch({ ...through(command), proveTransport }, heard.onReport);
    await clock.advance(62 * second);
    expect(probe.asked).toEqual([]);
    expect(heard.lines.slice(0, 4)).toEqual([
      'a ready answered',
      'a ready answered',
      'a ready silent',
      'a ready answered!',
    ]);
  });

  it('is untried if the transport has no round trip, even in a proof', async () => {
    const monitor = start().watch(through(command), heard.onReport);
    await clock.advance(0);
    expect(await monitor.prove()).toBe('untried');
    expect(heard.lines).toEqual(['a ready untried', 'a ready untried!']);
    expect(probe.asked).toEqual([]);
  });
});

it('opens no other tunnel if the remote end answers, even with an error', async () => {
  const helps: boolean[] = [];
  const answer = { code: 'check-failed', title: 'HTTP 302 from the service' } as const;
  const scheduler = createHealthMonitorScheduler({
    clock,
    probes: () =>
      Promise.resolve({ kind: 'failed', finding: 'HTTP 302', failure: { kind: 'answered', answer } }),
    random: () => 0,
  });
  started.push(scheduler);
  scheduler.watch(healthTarget('a', { failureThreshold: 1 }), (_, report) => {
    if (report.health === 'unhealthy') helps.push(report.mayHelp);
  });
  await clock.advance(second);
  expect(helps).toEqual([false]);
});
