// Regression tests for the health check faults of LocalPort 0.3.7, against real servers.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../../../shared/service-spec.ts';
import { systemClock } from '../clock.ts';
import { Scope } from '../scope.ts';
import { createHealthMonitorScheduler } from './health-monitor-scheduler.ts';
import type { HealthMonitorScheduler } from './health-monitor.ts';
import { httpSpec, kafka, postgres, probeForTests, tcp } from './probes/testing/ask.ts';
import { speaksHttp, speaksKafka, speaksPostgres } from './probes/testing/protocol-servers.ts';
import { makeCertificate } from './probes/testing/test-certificate.ts';
import {
  closesAtOnce,
  dripsAfter,
  floodsAfter,
  listen,
  neverAnswers,
  type Behavior,
  type ListenOptions,
  type TestServer,
} from './probes/testing/test-server.ts';
import { healthTarget, RecordedHealth } from './testing/health-target.ts';

let scope: Scope;
let scheduler: HealthMonitorScheduler;
let heard: RecordedHealth;

beforeEach(() => {
  scope = new Scope('test');
  heard = new RecordedHealth();
  scheduler = createHealthMonitorScheduler({ clock: systemClock, probes: probeForTests, random: () => 0 });
  scope.own('scheduler', () => scheduler.close());
});
afterEach(() => scope.close());

const serve = async (behavior: Behavior, options: ListenOptions = {}): Promise<TestServer> => {
  const server = await listen(behavior, options);
  scope.own('server', () => server.close());
  return server;
};

const welcome = speaksHttp((_, response) => response.end('ok'));
const https = httpSpec({ type: 'https', verifySsl: false, expectedContent: 'ok' });
const certificate = makeCertificate({
  host: 'localhost',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});

describe('health monitors of real servers', () => {
  it.each([
    ['tcp', tcp, neverAnswers, {}],
    ['http', httpSpec({ expectedContent: 'ok' }), welcome, {}],
    ['https', https, welcome, { certificate }],
    ['postgres', postgres, speaksPostgres('N'), {}],
    ['kafka', kafka, speaksKafka(), {}],
  ] as [string, ProbeSpec, Behavior, ListenOptions][])(
    'repeatedly find a healthy service healthy with a check of type %s',
    async (_, probe, behavior, options) => {
      const { endpoint } = await serve(behavior, options);
      scheduler.watch(
        healthTarget('a', { probe, intervalMs: 60, timeoutMs: 2000 }, endpoint),
        heard.onReport,
      );
      await expect.poll(() => heard.lines.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
      expect(heard.lines.filter((line) => !line.startsWith('a healthy'))).toEqual([]);
    },
  );

  it('probe once per interval, before and after a reload', async () => {
    const intervalMs = 200;
    let connections = 0;
    const { endpoint } = await serve((socket) => {
      connections += 1;
      speaksPostgres('N')(socket);
    });
    for (const tunnelId of ['before', 'after']) {
      connections = 0;
      const startedAt = performance.now();
      const monitor = scheduler.watch(
        healthTarget(tunnelId, { probe: postgres, intervalMs }, endpoint),
        heard.onReport,
      );
      await expect.poll(() => connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
      await monitor.stop();
      expect(connections - 1).toBeLessThanOrEqual((performance.now() - startedAt) / intervalMs);
      expect(scheduler.active()).toBe(0);
    }
  });

  it('need the configured number of consecutive failures, and report the reason', async () => {
    const { endpoint } = await serve(closesAtOnce);
    const verdicts: string[] = [];
    scheduler.watch(
      healthTarget('a', { intervalMs: 50, failureThreshold: 4 }, endpoint),
      (_, { health, cause }) => verdicts.push(`${health}${cause === null ? '' : `: ${cause.title}`}`),
    );
    await expect.poll(() => verdicts.length).toBeGreaterThanOrEqual(4);
    const unhealthy = 'unhealthy: The connection was closed right after it opened';
    expect(verdicts.slice(0, 4)).toEqual(['unknown', 'unknown', 'unknown', unhealthy]);
  });

  it('isolate services: failing and hanging checks disturb neither other services nor the event loop', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const head = 'HTTP/1.1 200 OK\r\n\r\n';
    const bad = [closesAtOnce, neverAnswers, dripsAfter(head), floodsAfter(head)];
    const servers = await Promise.all(bad.map((behavior) => serve(behavior)));
    const probe = httpSpec({ expectedContent: 'ok' });
    const spec = { probe, intervalMs: 100, timeoutMs: 400, failureThreshold: 1 };
    delay.enable();
    for (let i = 0; i < 40; i++) {
      scheduler.watch(healthTarget(`bad${i}`, spec, servers[i % servers.length]!.endpoint), heard.onReport);
    }
    scheduler.watch(
      healthTarget('good', { probe, intervalMs: 100 }, (await serve(welcome)).endpoint),
      heard.onReport,
    );
    const good = (): readonly string[] => heard.lines.filter((line) => line.startsWith('good '));
    await expect.poll(() => good().length, { timeout: 10_000 }).toBeGreaterThan(10);
    delay.disable();

    expect(good().filter((line) => !line.startsWith('good healthy'))).toEqual([]);
    expect(heard.lines.filter((line) => line.endsWith('timed-out')).length).toBeGreaterThan(0);
    // The servers flood from this process too, so a blocking wait would last as long as a timeout.
    expect(delay.max / 1e6).toBeLessThan(400);
  });

  it('close every socket when they are stopped during a check', async () => {
    const server = await serve(neverAnswers);
    const monitors = Array.from({ length: 20 }, (_, i) =>
      scheduler.watch(healthTarget(`s${i}`, { probe: httpSpec() }, server.endpoint), heard.onReport),
    );
    await expect.poll(() => server.openConnections()).toBe(20);
    const stoppedAt = performance.now();
    await Promise.all(monitors.map((monitor) => monitor.stop()));
    // Shorter than any wait of a probe, and longer than the stalls of a busy machine.
    expect(performance.now() - stoppedAt).toBeLessThan(200);
    await expect.poll(() => server.openConnections()).toBe(0);
    expect([scheduler.active(), heard.lines]).toEqual([0, []]);
  });
});
