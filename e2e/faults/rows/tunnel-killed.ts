/** Tunnels are killed (SIGKILL) repeatedly, while clients connect. */
import { reportNone } from '../../bench/figure.ts';
import { killNow } from '../../bench/tunnel-process.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { delay, nowMs } from '../monotonic.ts';
import { commandOwnStart, kubectlOwnStart, sshOwnStart } from '../own-start.ts';
import { answeredAgainAt, failedOf, percentile, type Request } from '../requests.ts';
import { startRivals, type Rival } from '../rivals.ts';
import { reportForAll, reportPercentile, reportRivals, reportSeconds, type Outage } from '../row-figures.ts';
import type { Row } from '../row.ts';

/**
 * A request that begins at the same moment may still reach the dying process: whether its bytes were used is unknown.
 */
const sameMomentMs = 5;
const afterwardsMs = 4_000;

interface Kills {
  readonly name: string;
  readonly when: string;
  readonly rounds: number;
  /** Between two kills of the same process. */
  readonly betweenMs: number;
  readonly maxOverOwnStartMs: number;
}

const tunnelKilled = ({ name, when, rounds, betweenMs, maxOverOwnStartMs }: Kills): Row => ({
  name,
  what: `the processes of ssh, kubectl and command are killed (SIGKILL), ${rounds} times each, ${when}`,
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
    const ownStarts = new Map<Service, number[]>([ssh, kubectl, command].map((service) => [service, []]));
    const kills = new Map<Service | Rival, Outage[]>();
    const targets = [...ownStarts.keys(), ...rivals];
    for (let round = 0; round < rounds; round++) {
      // Measured again in each round: the load of the machine changes, and with it the time of a start.
      ownStarts.get(ssh)?.push(await sshOwnStart(world, host, 1));
      ownStarts.get(kubectl)?.push(await kubectlOwnStart(world, 1));
      ownStarts.get(command)?.push(await commandOwnStart(world, argv, 1));
      for (const target of targets) {
        // One at a time: two starts at once on a small machine measure each other.
        await world.pause(betweenMs / targets.length);
        kills.set(target, [...(kills.get(target) ?? []), await kill(world, target)]);
      }
    }
    await delay(afterwardsMs);
    await reportForAll(world);
    const overOwnStart = [...ownStarts].flatMap(([service, times]) =>
      reportKills(world, service, { outages: kills.get(service) ?? [], ownStart: percentile(times, 0.5) }),
    );
    reportPercentile(maxOverOwnStartMs / 1_000, {
      figure: 'killed, answered again, over its own start',
      values: overOwnStart,
      part: 0.95,
    });
    reportRivals(world, ssh, rivals, (target) => kills.get(target) ?? []);
  },
});

export const tunnelKilledRows: readonly Row[] = [
  // The restart policy has cleared the last failure: that takes ten healthy seconds.
  tunnelKilled({
    name: 'tunnel-killed',
    when: 'each time after it has been calm',
    rounds: 4,
    betweenMs: 12_000,
    maxOverOwnStartMs: 300,
  }),
  // While clients wait, the next retry is due within 0.5 s.
  tunnelKilled({
    name: 'tunnel-killed-in-a-row',
    when: 'soon after each other',
    rounds: 6,
    betweenMs: 3_000,
    maxOverOwnStartMs: 800,
  }),
];

async function kill(world: FaultWorld, target: Service | Rival): Promise<Outage> {
  const pid = 'sshPid' in target ? await target.sshPid() : world.daemon.service(target.name).pid;
  const begunAt = nowMs();
  // It has not recovered from the last time.
  if (pid !== null) killNow(pid);
  return { begunAt, backAt: begunAt, closedAt: nowMs() };
}

/** Returns how long each recovery took, minus its own start, in ms. */
function reportKills(
  world: FaultWorld,
  service: Service,
  { outages, ownStart }: { readonly outages: readonly Outage[]; readonly ownStart: number },
): readonly number[] {
  const requests = world.requestsTo(service);
  const recoveries = outages.map(({ begunAt }) => (answeredAgainAt(requests, begunAt) ?? Infinity) - begunAt);
  reportSeconds(null, {
    figure: `${service.name} killed, answered again, median`,
    ms: percentile(recoveries, 0.5),
    note: `${recoveries.map((ms) => (ms / 1_000).toFixed(2)).join(', ')}; own start ${(ownStart / 1_000).toFixed(2)}`,
  });
  const lost = failedOf(requests);
  const mayBeLost = ({ begunAt, endedAt }: Request): boolean =>
    outages.some(
      (kill) => begunAt < (kill.closedAt ?? kill.begunAt) + sameMomentMs && endedAt >= kill.begunAt,
    );
  reportNone({
    figure: `${service.name} killed, requests begun afterwards that failed`,
    value: lost.filter((request) => !mayBeLost(request)).length,
    note: `${lost.filter(mayBeLost).length} were under way, or begun within ${sameMomentMs} ms of its last socket, and lost`,
  });
  return recoveries.map((ms) => ms - ownStart);
}
