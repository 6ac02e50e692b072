/**
 * What the headless daemon costs: memory and CPU of its own process, without the tunnels that it starts, and the time
 * of a stop with many services.
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { startRemoteServers } from '../fixtures/remote-servers.ts';
import { freePorts, startEchoServer } from '../fixtures/servers.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost } from './figure.ts';
import { InstalledDaemon, residentMegabytes } from './installed-daemon.ts';
import { checkIntervalSeconds } from './measured-forwards.ts';
import { cpuMs } from './relay-processes.ts';

const manyServices = 100;
const stopRuns = 3;
const settleMs = 5_000;
const cpuWindowMs = 30_000;
const sampleEveryMs = 1_000;
const memorySamples = 5;
const maxMegabytes = { few: 80, many: 120 } as const;
const maxCorePercent = 3;
const maxStopSeconds = 1.5;

const relayCommand = path.resolve(import.meta.dirname, '../fixtures/relay-command.cjs');

/**
 * `commands` of the services run a program; the others are tcp. All lead to the same echo server. JSON is valid YAML.
 */
async function prepareMany(scope: Scope, commands: number): Promise<InstalledDaemon> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const ports = await freePorts(manyServices);
  const argv = [process.execPath, relayCommand, '{socket}', String(target.port)];
  const tcp = {
    technology: 'tcp',
    remote_port: target.port,
    connection: { host: target.host },
  };
  const command = { technology: 'command', connection: { argv } };
  const config = JSON.stringify({
    version: '1.0',
    defaults: { health_check: { type: 'tcp', interval: checkIntervalSeconds, timeout: 2 } },
    services: ports.map((port, index) => ({
      name: `service-${index}`,
      local_port: port,
      ...(index < commands ? command : tcp),
    })),
  });
  return new InstalledDaemon(scope, { config, ports });
}

async function sampleMemory(pid: number): Promise<readonly number[]> {
  const samples: number[] = [];
  while (samples.length < memorySamples) {
    samples.push(await residentMegabytes(pid));
    await delay(sampleEveryMs);
  }
  return samples;
}

function reportMemory(what: keyof typeof maxMegabytes, services: string, samples: readonly number[]): void {
  reportAtMost(maxMegabytes[what], {
    figure: `memory (RSS) of the daemon's process, ${services}`,
    value: median(samples),
    unit: 'MB',
    note: `median of ${samples.length} (${range(samples, 1)}); with all of node, without guardian, ssh and kubectl`,
  });
}

async function measureFew(scope: Scope): Promise<void> {
  const remoteServers = await startRemoteServers();
  scope.own('remote servers', () => remoteServers.dispose());
  const services = ['ssh', 'kubectl'] as const;
  // The ones whose adapters do the most.
  const config = `${remoteServers.config.slice(0, remoteServers.config.indexOf('  - name: tcp'))}\n`;
  const daemon = new InstalledDaemon(scope, {
    config,
    ports: services.map((name) => remoteServers.ports[name]),
    env: remoteServers.env,
  });
  writeProfile(daemon, remoteServers);
  await daemon.run('daemon', 'start');
  const pid = await daemon.untilHealthy();
  await delay(settleMs);
  reportMemory('few', '2 services (ssh, kubectl)', await sampleMemory(pid));
  await daemon.stop();
}

async function measureMany(scope: Scope): Promise<void> {
  const daemon = await prepareMany(scope, 0);
  await daemon.run('daemon', 'start');
  const pid = await daemon.untilHealthy();
  await delay(settleMs);
  const before = await cpuMs(pid);
  await delay(cpuWindowMs);
  const percent = (((await cpuMs(pid)) - before) / cpuWindowMs) * 100;
  reportMemory('many', `${manyServices} tcp services`, await sampleMemory(pid));
  reportAtMost(maxCorePercent, {
    figure: `CPU of the daemon over 30 s, ${manyServices} tcp services, each checked every ${checkIntervalSeconds} s`,
    value: percent,
    unit: '% of a core',
  });
  await daemon.stop();
}

async function measureStop(scope: Scope): Promise<void> {
  const daemon = await prepareMany(scope, manyServices / 2);
  const stops: number[] = [];
  for (let run = 0; run < stopRuns; run++) {
    await daemon.run('daemon', 'start');
    await daemon.untilHealthy();
    stops.push(await daemon.stop());
  }
  reportAtMost(maxStopSeconds, {
    figure: `localport daemon stop with ${manyServices} services up, half tcp and half command, whole command`,
    value: median(stops),
    unit: 's',
    note: `median of ${stopRuns}, ${range(stops)}; nothing was left`,
  });
}

await runInScope('daemon', async (scope) => {
  await measureFew(scope);
  await measureMany(scope);
  await measureStop(scope);
});
