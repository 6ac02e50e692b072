/**
 * What happens to clients when pods are replaced, when the API server or a node falls silent, and when the API server
 * restarts for a user whose roles it learns last.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { percentile } from '../faults/requests.ts';
import { exchange, startEchoServer } from '../fixtures/servers.ts';
import { PausableLink } from '../fixtures/pausable-link.ts';
import { answeredAgain } from './answered-again.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, reportNone } from './figure.ts';
import { type KubeForwards, prepareKubeForwards } from './kube-forwards.ts';

const rollouts = 12;
const clientEveryMs = 20;
const startsMs = 1_000;
const graceMs = 500;
const requestDeadlineMs = 10_000;
const silences = 4;
const forwardCount = 20;
const restarts = 4;
const awayMs = 3_000;
const rolesMs = 2_000;

interface Asked {
  readonly begunAt: number;
  readonly failure: string | null;
}

/** A request every 20 ms until the signal aborts; resolves when all have ended. */
async function keepAsking(port: number, signal: AbortSignal): Promise<readonly Asked[]> {
  const asked: Promise<Asked>[] = [];
  while (!signal.aborted) {
    asked.push(ask(port));
    await delay(clientEveryMs);
  }
  return Promise.all(asked);
}

async function ask(port: number): Promise<Asked> {
  const begunAt = performance.now();
  const answer = await Promise.race([
    exchange({ host: '127.0.0.1', port }, 'alive?').catch((error: unknown) => String(error)),
    delay(requestDeadlineMs, 'timed out', { ref: false }),
  ]);
  return { begunAt, failure: answer === 'alive?' ? null : answer || 'closed' };
}

async function start(scope: Scope, count: number): Promise<KubeForwards & { readonly link: PausableLink }> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const forwards = await prepareKubeForwards(scope, { count, targetPort: target.port });
  const { api, daemon } = forwards;
  const link = await PausableLink.to(api);
  scope.own('link', () => link.stop());
  await api.client.setServer(`http://127.0.0.1:${String(link.port)}`);
  await daemon.run('daemon', 'start');
  await daemon.untilCalm();
  return { ...forwards, link };
}

const isGreen = ({ phase, health }: ServiceSnapshot): boolean =>
  phase === 'up' && (health === 'healthy' || health === 'ready');

async function measureRollouts(scope: Scope): Promise<void> {
  const { api, daemon, ports } = await start(scope, 1);
  const ending = new AbortController();
  const asking = keepAsking(ports[0] ?? 0, ending.signal);
  const ready: { readonly from: number; readonly to: number }[] = [];
  const labels = { app: 'forward-0' };
  for (let number = 0; number < rollouts; number += 1) {
    const [before, after] = [`forward-0-${String(number)}`, `forward-0-${String(number + 1)}`];
    api.addPod(after, { labels, phase: 'Pending' });
    await delay(startsMs / 2);
    api.setPodPhase(after, 'Running');
    const from = performance.now();
    api.terminatePod(before);
    await delay(graceMs);
    // Like a program that handles SIGTERM: it accepts no more connections, and exits.
    api.removePod(before, (['refused', 'cut'] as const)[number % 2]);
    await delay(startsMs / 2);
    ready.push({ from, to: performance.now() });
  }
  ending.abort();
  const asked = await asking;
  const failed = asked.filter(({ failure }) => failure !== null);
  const afterReady = failed.filter(({ begunAt }) =>
    ready.some(({ from, to }) => begunAt >= from && begunAt < to),
  );
  const what = `${rollouts} rollouts, a client each ${clientEveryMs} ms`;
  reportNone({
    figure: `${what}: failed requests begun after the new pod is ready`,
    value: afterReady.length,
    note: `of ${asked.length}; ${failed.length} failed at all${failed.length > 0 ? `: ${failed[0]?.failure ?? ''}` : ''}`,
  });
  reportNone({
    figure: `${what}: refused`,
    value: failed.filter(({ failure }) => failure?.includes('ECONNREFUSED') === true).length,
  });
  await daemon.stop();
}

type Silence = (forwards: Awaited<ReturnType<typeof start>>, isSilent: boolean) => void;

async function measureSilence(scope: Scope, what: string, silence: Silence): Promise<void> {
  const forwards = await start(scope, 1);
  const { daemon, ports } = forwards;
  const [port = 0] = ports;
  for (const { withClients, maxSeconds } of [
    { withClients: true, maxSeconds: 3 },
    { withClients: false, maxSeconds: 15 },
  ]) {
    const known: number[] = [];
    const back: number[] = [];
    while (known.length < silences) {
      await daemon.untilCalm();
      const ending = new AbortController();
      const asking = withClients ? keepAsking(port, ending.signal) : null;
      // Not always at the same moment between two questions.
      await delay(500 + known.length * 2_300);
      silence(forwards, true);
      const silentAt = performance.now();
      await daemon.until('known to be silent', (service) => !isGreen(service));
      known.push((performance.now() - silentAt) / 1_000);
      ending.abort();
      await asking;
      await delay(1_000);
      silence(forwards, false);
      back.push(...(await answeredAgain(ports)));
    }
    const clients = withClients ? 'with clients' : 'without clients';
    reportAtMost(maxSeconds, {
      figure: `silent ${what}, ${clients}: known`,
      value: Math.max(...known),
      unit: 's',
      note: `the longest of ${known.length}: ${range(known)}`,
    });
    reportAtMost(2, {
      figure: `silent ${what}, ${clients}: back after it answers`,
      value: Math.max(...back),
      unit: 's',
      note: `the longest of ${back.length}: ${range(back)}`,
    });
  }
  await daemon.stop();
}

async function measureRestarts(scope: Scope): Promise<void> {
  const { api, daemon } = await start(scope, forwardCount);
  const seconds: number[] = [];
  for (let round = 0; round < restarts; round += 1) {
    await daemon.untilCalm();
    await api.stop();
    await daemon.until('known to be away', (service) => !isGreen(service));
    await delay(awayMs);
    api.setAccess('starting');
    await api.start();
    await delay(rolesMs);
    api.setAccess('allowed');
    const readyAt = performance.now();
    await daemon.until('up again', isGreen);
    seconds.push((performance.now() - readyAt) / 1_000);
  }
  reportAtMost(3, {
    figure: `API server restarted, ${forwardCount} forwards of an RBAC user: all up after it is ready, p95`,
    value: percentile(seconds, 0.95),
    unit: 's',
    note: `of ${restarts} restarts; it refuses all for the first ${rolesMs / 1_000} s; median ${median(seconds).toFixed(2)} (${range(seconds)})`,
  });
  await daemon.stop();
}

await runInScope('kube outages, rollouts', measureRollouts);
await runInScope('kube outages, API server', (scope) =>
  measureSilence(scope, 'API server', ({ link }, isSilent) => link.setSilent(isSilent)),
);
await runInScope('kube outages, node', (scope) =>
  measureSilence(scope, 'node', ({ api }, isSilent) => api.setNodeSilent(isSilent)),
);
await runInScope('kube outages, restart', measureRestarts);
