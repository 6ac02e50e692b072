/** What forwards to ssh hosts cost while idle: the daemon with guardian and ssh, with the default checks. */
import { setTimeout as delay } from 'node:timers/promises';
import { startEchoServer } from '../fixtures/servers.ts';
import { runInScope } from './bench-scope.ts';
import { reportAtMost, reportNone } from './figure.ts';
import { measureTree } from './own-tree.ts';
import { installDaemon, prepareSshForwards } from './ssh-forwards.ts';

const forwardCount = 20;
const hostCount = 2;
/** Half a minute after its start V8 collects garbage, once: that belongs to the start. */
const settleMs = 40_000;
const cpuWindowMs = 30_000;
const maxCorePercent = 0.3;

await runInScope('ssh transport, idle', async (scope) => {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const options = { count: forwardCount, hosts: hostCount, targetPort: target.port };
  const forwards = await prepareSshForwards(scope, options);
  const logged = (): readonly string[] => forwards.hosts.flatMap(({ log }) => log);
  const daemon = await installDaemon(scope, forwards);
  await daemon.run('daemon', 'start');
  const { pid } = await daemon.untilCalm();
  await delay(settleMs);
  const linesBefore = logged().length;
  const before = await measureTree(pid);
  await delay(cpuWindowMs);
  const after = await measureTree(pid);
  const percent = (of: 'own' | 'whole'): number => ((after[of].cpuMs - before[of].cpuMs) / cpuWindowMs) * 100;
  reportAtMost(maxCorePercent, {
    figure: `idle CPU over 30 s, ${forwardCount} ssh forwards on ${hostCount} hosts, daemon and ssh`,
    value: percent('whole'),
    unit: '% of a core',
    note: `checked as by default; without ssh ${percent('own').toFixed(2)}`,
  });
  reportNone({
    figure: `lines in the logs of the ${hostCount} ssh hosts over these 30 s`,
    value: logged().length - linesBefore,
    note: `at the default LogLevel, the last one: ${logged().at(-1) ?? ''}`,
  });
  await daemon.stop();
});
