/**
 * What a long life leaves in the daemon: descriptors, processes, files, and memory after many clients and outages, beside
 * what there was after the first ones. Linux only: it reads /proc.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { startKubeApi, type KubeApi } from '../fixtures/kube-api.ts';
import { descendantsOf } from '../fixtures/process-tree.ts';
import { freePorts, startEchoServer } from '../fixtures/servers.ts';
import { answeredAgain } from './answered-again.ts';
import { runInScope } from './bench-scope.ts';
import { reportAtMost } from './figure.ts';
import { InstalledDaemon, residentMegabytes } from './installed-daemon.ts';
import { configOf, prepareSshForwards } from './ssh-forwards.ts';
import { killNow } from './tunnel-process.ts';

const ofEachKind = 4;
const rounds = { first: 10, more: 40 };
const clientsPerRound = 10;
/** Logs and past outages are kept up to a limit, which the first rounds do not reach. */
const maxAddedMegabytes = 10;
/** A connection to a pod may be open that was not open before. */
const maxAddedDescriptors = 5;

interface LongLife {
  readonly api: KubeApi;
  readonly daemon: InstalledDaemon;
  readonly ports: readonly number[];
}

interface Costs {
  readonly descriptors: number;
  readonly processes: number;
  readonly files: number;
  /** Resident memory of its process. */
  readonly megabytes: number;
}

async function prepare(scope: Scope): Promise<LongLife> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const ssh = await prepareSshForwards(scope, { count: ofEachKind, targetPort: target.port });
  const api = await startKubeApi();
  scope.own('API server', () => api.dispose());
  api.setTarget(target.port, { host: '127.0.0.1', port: target.port });
  api.addService('echo', { ports: [target.port] });
  api.addPod('echo-0');
  const { current: context } = api.client.contexts;
  const morePorts = await freePorts(2 * ofEachKind);
  const more = morePorts.map((local_port, index) => ({
    local_port,
    remote_port: target.port,
    ...(index < ofEachKind
      ? { name: `kube-${index}`, technology: 'kubectl', connection: { resource_name: 'echo', context } }
      : { name: `tcp-${index - ofEachKind}`, technology: 'tcp', connection: { host: '127.0.0.1' } }),
  }));
  const ports = [...ssh.ports, ...morePorts];
  const env = { PATH: [api.client.binDirectory, ssh.env['PATH'] ?? ''].join(path.delimiter) };
  const daemon = new InstalledDaemon(scope, { config: configOf([...ssh.services, ...more]), ports, env });
  writeProfile(daemon, { env });
  return { api, daemon, ports };
}

/** Clients, then an outage of every kind. */
async function live({ api, daemon, ports }: LongLife, round: number): Promise<void> {
  for (let client = 0; client < clientsPerRound; client++) await answeredAgain(ports);
  const { pid, services } = await daemon.until('up', ({ phase }) => phase === 'up');
  const children = await descendantsOf(pid);
  const tunnels = new Set(services.map((service) => service.pid ?? NaN));
  // The TCP forwards have no process of their own.
  for (const tunnel of tunnels) if (children.includes(tunnel)) killNow(tunnel);
  await answeredAgain(ports);
  const index = round % ofEachKind;
  await daemon.run('restart', `tcp-${index}`, `kube-${index}`);
  await daemon.run('stop', `forward-${index}`);
  await daemon.run('start', `forward-${index}`);
  api.addPod(`echo-${round + 1}`);
  api.removePod(`echo-${round}`);
  await answeredAgain(ports);
}

async function costsOf(daemon: InstalledDaemon): Promise<Costs> {
  const { pid } = await daemon.untilCalm();
  return {
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    processes: (await descendantsOf(pid)).length,
    files: (await readdir(daemon.home, { recursive: true })).length,
    megabytes: await residentMegabytes(pid),
  };
}

await runInScope('long life', async (scope) => {
  const life = await prepare(scope);
  const { daemon, ports } = life;
  await daemon.run('daemon', 'start');
  const all = rounds.first + rounds.more;
  let round = 0;
  for (; round < rounds.first; round++) await live(life, round);
  const before = await costsOf(daemon);
  for (; round < all; round++) await live(life, round);
  const after = await costsOf(daemon);
  const note = `${rounds.more} rounds: ${clientsPerRound} clients of each of ${ports.length} forwards, then every kind of outage`;
  const report = (what: keyof Costs, limit: number, unit = ''): void => {
    const value = after[what] - before[what];
    reportAtMost(limit, { figure: `long life: ${what} added`, value, unit, note });
  };
  report('descriptors', maxAddedDescriptors);
  report('processes', 0);
  report('files', 0);
  report('megabytes', maxAddedMegabytes, 'MB');
  await daemon.stop();
});
