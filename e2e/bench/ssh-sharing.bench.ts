/**
 * What many forwards to one ssh host cost: logins, time, memory; and what turning one off and on does to the
 * connections of others.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Scope } from '../../electron/core/scope.ts';
import { startEchoServer } from '../fixtures/servers.ts';
import { openSteadyConnection } from '../fixtures/steady-connection.ts';
import type { Sshd } from '../fixtures/sshd.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, reportNone, secondsSince } from './figure.ts';
import type { InstalledDaemon } from './installed-daemon.ts';
import { measureTree } from './own-tree.ts';
import { installDaemon, prepareSshForwards } from './ssh-forwards.ts';

const sizes = [
  { forwards: 20, maxReadySeconds: 0.5, maxMebibytes: 10 },
  { forwards: 100, maxReadySeconds: 1.2, maxMebibytes: 15 },
] as const;
const startRuns = 3;
const secondRuns = 9;
const maxSecondMs = 30;
const toggles = 200;
const settleMs = 2_000;
const mebibyte = 1_048_576;

interface Forwards {
  readonly daemon: InstalledDaemon;
  readonly sshd: Sshd;
  readonly ports: readonly number[];
}

async function prepare(scope: Scope, count: number): Promise<Forwards> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const forwards = await prepareSshForwards(scope, { count, targetPort: target.port, enabled: false });
  const daemon = await installDaemon(scope, forwards);
  await daemon.run('daemon', 'start');
  return { daemon, sshd: forwards.hosts[0]!, ports: forwards.ports };
}

const logins = ({ log }: Sshd): number => log.filter((line) => line.startsWith('Accepted ')).length;

/** From the command's start until every service is up, in s. */
async function start(daemon: InstalledDaemon, ...which: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await daemon.run('start', ...which, '--wait');
  return secondsSince(startedAt);
}

async function measure(scope: Scope, { forwards, maxReadySeconds, maxMebibytes }: (typeof sizes)[number]) {
  const { daemon, sshd, ports } = await prepare(scope, forwards);
  const what = `${forwards} forwards on one ssh host`;
  const times: number[] = [];
  for (let run = 0; run < startRuns; run++) {
    // A connection is kept for a minute after its last use: each run begins with a new daemon, which has none.
    if (run > 0) {
      await daemon.run('stop', '--all');
      await daemon.run('daemon', 'restart');
    }
    times.push(await start(daemon, '--all'));
  }
  reportAtMost(maxReadySeconds, {
    figure: `${what}: all ready, from start with a running daemon`,
    value: median(times),
    unit: 's',
    note: `the command's own run included; ${range(times, 2)}`,
  });
  const before = logins(sshd);
  await daemon.run('daemon', 'restart');
  const { pid } = await daemon.until('up', ({ phase }) => phase === 'up');
  reportAtMost(1, { figure: `${what}: logins`, value: logins(sshd) - before, unit: '' });
  await delay(settleMs);
  const { own, whole } = await measureTree(pid);
  reportAtMost(maxMebibytes, {
    figure: `${what}: memory (PSS) of ssh`,
    value: (whole.pssBytes - own.pssBytes) / mebibyte,
    unit: 'MiB',
  });
  if (forwards === sizes[0].forwards) await measureOne(daemon, ports);
  await daemon.stop();
}

async function measureOne(daemon: InstalledDaemon, [steadyPort = 0]: readonly number[]): Promise<void> {
  const seconds: number[] = [];
  const idle: number[] = [];
  for (let run = 0; run < secondRuns; run++) {
    await daemon.run('stop', 'forward-1');
    seconds.push(await start(daemon, 'forward-1'));
    idle.push(await start(daemon, 'forward-1'));
  }
  reportAtMost(maxSecondMs, {
    figure: 'a second forward on an open ssh connection, ready',
    value: (median(seconds) - median(idle)) * 1_000,
    unit: 'ms',
    note: `over a start of one that is up, ${(median(idle) * 1_000).toFixed(0)} ms; median of ${secondRuns}`,
  });
  const steady = await openSteadyConnection({ host: '127.0.0.1', port: steadyPort });
  let broken = 0;
  for (let round = 0; round < toggles / 2; round++) {
    await daemon.run('stop', 'forward-1');
    await daemon.run('start', 'forward-1');
    if (round % 10 === 0) await steady.echo(String(round)).catch(() => (broken += 1));
  }
  await steady.echo('at the end').catch(() => (broken += 1));
  reportNone({ figure: `one forward toggled ${toggles} times: broken connections of others`, value: broken });
  steady.close();
}

for (const size of sizes) {
  await runInScope(`ssh sharing, ${size.forwards}`, (scope) => measure(scope, size));
}
