/** What many forwards of one kube context cost: time, memory, and CPU while idle; compared with a kubectl for each. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Scope } from '../../electron/core/scope.ts';
import { startEchoServer } from '../fixtures/servers.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, reportForInformation, secondsSince } from './figure.ts';
import { prepareKubeForwards } from './kube-forwards.ts';
import { measureTree } from './own-tree.ts';

const sizes = [
  { forwards: 20, maxReadySeconds: 0.6, maxMebibytes: 130 },
  { forwards: 50, maxReadySeconds: 1, maxMebibytes: 150 },
] as const;
const startRuns = 3;
const settleMs = 2_000;
/** Half a minute after its start V8 collects garbage, once: that belongs to the start. */
const quietMs = 40_000;
const cpuWindowMs = 30_000;
const maxCorePercent = 0.3;
const mebibyte = 1_048_576;

interface Cost {
  readonly readySeconds: readonly number[];
  readonly mebibytes: number;
  readonly corePercent: number | null;
}

async function measure(
  scope: Scope,
  {
    count,
    engine,
    isIdle,
  }: { readonly count: number; readonly engine?: 'kubectl'; readonly isIdle: boolean },
): Promise<Cost> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const forwards = await prepareKubeForwards(scope, {
    count,
    targetPort: target.port,
    enabled: false,
    ...(engine === undefined ? {} : { engine }),
  });
  const { daemon } = forwards;
  await daemon.run('daemon', 'start');
  const readySeconds: number[] = [];
  for (let run = 0; run < startRuns; run++) {
    // A session is kept for a minute after its last use: each run begins with a new daemon, which has none.
    if (run > 0) {
      await daemon.run('stop', '--all');
      await daemon.run('daemon', 'restart');
    }
    const startedAt = performance.now();
    await daemon.run('start', '--all', '--wait');
    readySeconds.push(secondsSince(startedAt));
  }
  const { pid } = await daemon.until('up', ({ phase }) => phase === 'up');
  await delay(settleMs);
  const { whole } = await measureTree(pid);
  const mebibytes = whole.pssBytes / mebibyte;
  if (!isIdle) {
    await daemon.stop();
    return { readySeconds, mebibytes, corePercent: null };
  }
  await delay(quietMs);
  const before = await measureTree(pid);
  await delay(cpuWindowMs);
  const after = await measureTree(pid);
  await daemon.stop();
  return {
    readySeconds,
    mebibytes,
    corePercent: ((after.whole.cpuMs - before.whole.cpuMs) / cpuWindowMs) * 100,
  };
}

for (const { forwards: count, maxReadySeconds, maxMebibytes } of sizes)
  await runInScope(`kube sharing, ${count}`, async (scope) => {
    const what = `${count} forwards of one kube context`;
    const shared = await measure(scope, { count, isIdle: count === sizes[0].forwards });
    reportAtMost(maxReadySeconds, {
      figure: `${what}: all ready, from start with a running daemon`,
      value: median(shared.readySeconds),
      unit: 's',
      note: `the command's own run included; ${range(shared.readySeconds, 2)}`,
    });
    reportAtMost(maxMebibytes, {
      figure: `${what}: memory (PSS) of all processes, daemon included`,
      value: shared.mebibytes,
      unit: 'MiB',
    });
    if (shared.corePercent !== null)
      reportAtMost(maxCorePercent, {
        figure: `${what}: idle CPU over 30 s, all processes`,
        value: shared.corePercent,
        unit: '% of a core',
      });
    const single = await measure(scope, { count, engine: 'kubectl', isIdle: false });
    reportForInformation({
      figure: `${what}, a kubectl each: all ready`,
      value: median(single.readySeconds),
      unit: 's',
      note: range(single.readySeconds, 2),
    });
    reportForInformation({
      figure: `${what}, a kubectl each: memory (PSS)`,
      value: single.mebibytes,
      unit: 'MiB',
    });
  });
