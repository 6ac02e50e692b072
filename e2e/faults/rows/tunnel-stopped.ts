/** Tunnels are stopped (SIGSTOP): they keep their connections, accept new ones, and do nothing. */
import { eventually } from '../../fixtures/eventually.ts';
import type { RemoteHost } from '../remote-host.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { maxFalseGreenSeconds, reportGreenWhileDead } from '../false-green.ts';
import { nowMs } from '../monotonic.ts';
import { answeredAgainAt } from '../requests.ts';
import { startRivals } from '../rivals.ts';
import { reportForAll, reportRivals, reportSeconds } from '../row-figures.ts';
import type { Row } from '../row.ts';

const patienceMs = 40_000;
const afterwardsMs = 1_000;

export const tunnelStopped: Row = {
  name: 'tunnel-stopped',
  what: 'the processes of ssh, kubectl and command are stopped (SIGSTOP), with clients and without',
  run: async (world) => {
    const host = await world.addHost();
    await world.addCluster(host);
    const busy = addThree(world, host, 'busy');
    // Another host: knowledge that clients of the first one have produced must not help here.
    const idle = addThree(world, await world.addHost(), 'idle');
    await world.addOthers();
    await world.start(busy);
    const rivals = await startRivals(world, host);
    await world.pause(2_000);
    const deadPids = new Map([...busy, ...idle].map((one) => [one, world.daemon.service(one.name).pid]));
    const rivalPids = await Promise.all(rivals.map((rival) => rival.sshPid()));
    const deadAt = nowMs();
    for (const pid of [...deadPids.values(), ...rivalPids]) if (pid !== null) process.kill(pid, 'SIGSTOP');
    const isReplaced = ([{ name }, deadPid]: readonly [Service, number | null]): boolean => {
      const { phase, pid } = world.daemon.service(name);
      return phase === 'up' && pid !== deadPid;
    };
    // One that is not is a figure of the row.
    await eventually('all are replaced', () => [...deadPids].every(isReplaced), patienceMs).catch(
      () => undefined,
    );
    const dead = { deadAt, untilAt: nowMs() };
    await world.pause(afterwardsMs);
    await reportForAll(world);
    for (const service of busy) {
      reportGreenWhileDead(world, service, {
        dead,
        limit: maxFalseGreenSeconds.withClients,
        what: 'with clients',
      });
      const servesAt = answeredAgainAt(world.requestsTo(service), deadAt);
      const figure = `${service.name} stopped, answered again`;
      reportSeconds(null, { figure, ms: servesAt === null ? null : servesAt - deadAt });
    }
    for (const service of idle)
      reportGreenWhileDead(world, service, {
        dead,
        limit: maxFalseGreenSeconds.without,
        what: 'without clients',
      });
    reportRivals(world, busy[0], rivals, () => [{ begunAt: deadAt, backAt: deadAt }]);
  },
};

const addThree = (world: FaultWorld, host: RemoteHost, kind: string): [Service, Service, Service] => [
  world.addSsh(`ssh-${kind}`, host),
  world.addKubectl(`kubectl-${kind}`),
  world.addCommand(`command-${kind}`, host),
];
