/** Tunnels are killed (SIGKILL), again and again, while clients come. */
import { reportAtMost } from '../../bench/figure.ts';
import { killNow } from '../../bench/tunnel-process.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { delay, nowMs } from '../monotonic.ts';
import { commandOwnStart, kubectlOwnStart, sshOwnStart } from '../own-start.ts';
import { answeredAgainAt, failedOf, inWords, percentile } from '../requests.ts';
import { startRivals, type Rival } from '../rivals.ts';
import { reportForAll, reportRivals, reportSeconds, type Outage } from '../row-figures.ts';
import type { Row } from '../row.ts';

const rounds = 6;
const betweenMs = 4_000;
const maxOverOwnStartMs = 300;

export const tunnelKilled: Row = {
  name: 'tunnel-killed',
  what: 'the processes of ssh, kubectl and command are killed (SIGKILL), six times each',
  run: async (world) => {
    const host = await world.addHost();
    await world.addCluster(host);
    const ssh = world.addSsh('ssh', host);
    const kubectl = world.addKubectl('kubectl');
    const command = world.addCommand('command', host);
    await world.addOthers();
    await world.start([ssh, kubectl, command]);
    const rivals = await startRivals(world, host);
    const argv = (command.config['connection'] as { readonly argv: readonly string[] }).argv;
    const ownStarts = new Map([
      [ssh, await sshOwnStart(world, host)],
      [kubectl, await kubectlOwnStart(world)],
      [command, await commandOwnStart(world, argv)],
    ]);
    const kills = new Map<Service, Outage[]>([...ownStarts.keys()].map((service) => [service, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [service, outages] of kills) {
        await world.pause(betweenMs / kills.size);
        outages.push(killTunnel(world, service, service === ssh ? await sshsOf(rivals) : []));
      }
    }
    await delay(betweenMs);
    await reportForAll(world);
    for (const [service, outages] of kills) reportRecovery(world, service, { outages, ownStarts });
    reportRivals(world, ssh, { rivals, outages: kills.get(ssh) ?? [] });
  },
};

const sshsOf = async (rivals: readonly Rival[]): Promise<readonly number[]> =>
  (await Promise.all(rivals.map((rival) => rival.sshPid()))).filter((pid) => pid !== null);

function killTunnel(world: FaultWorld, { name }: Service, rivals: readonly number[]): Outage {
  const { pid } = world.daemon.service(name);
  if (pid === null) throw new Error(`${name} has no process: ${world.timeline(name).inWords()}`);
  const begunAt = nowMs();
  killNow(pid);
  for (const rival of rivals) killNow(rival);
  return { begunAt, backAt: begunAt };
}

function reportRecovery(
  world: FaultWorld,
  service: Service,
  { outages, ownStarts }: { outages: readonly Outage[]; ownStarts: ReadonlyMap<Service, number> },
): void {
  const requests = world.requestsTo(service);
  const ownStart = ownStarts.get(service) ?? NaN;
  const recoveries = outages.map(({ begunAt }) => (answeredAgainAt(requests, begunAt) ?? Infinity) - begunAt);
  reportSeconds(maxOverOwnStartMs / 1_000, {
    figure: `${service.name} killed, answered again, p95 over its own start`,
    ms: percentile(recoveries, 0.95) - ownStart,
    note: `${recoveries.map((ms) => (ms / 1_000).toFixed(2)).join(', ')}; own start ${(ownStart / 1_000).toFixed(2)}`,
  });
  const lost = failedOf(requests);
  const begunAfter = lost.filter(
    (request) => !outages.some(({ begunAt }) => request.begunAt < begunAt && request.endedAt >= begunAt),
  );
  reportAtMost(0, {
    figure: `${service.name} killed, requests begun afterwards that failed`,
    value: begunAfter.length,
    unit: '',
    note: `${lost.length - begunAfter.length} were under way and lost${begunAfter.length > 0 ? `; ${inWords(begunAfter)}` : ''}`,
  });
}
