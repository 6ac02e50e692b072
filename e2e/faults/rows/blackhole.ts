/** Hosts fall silent: packets are lost without any error. One host has clients, the other none. */
import { eventually } from '../../fixtures/eventually.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { maxFalseGreenSeconds, reportGreenWhileDead } from '../false-green.ts';
import { delay, nowMs } from '../monotonic.ts';
import { isAnswered, servedAgainAt } from '../requests.ts';
import { startRivals } from '../rivals.ts';
import { reportForAll, reportRivals, reportSeconds } from '../row-figures.ts';
import { isGreen } from '../timeline.ts';
import type { Row } from '../row.ts';

const maxBackSeconds = 2;
const recoveryDeadlineMs = 30_000;

const blackhole = (seconds: number): Row => ({
  name: `blackhole-${seconds}s`,
  what: `two hosts fall silent for ${seconds} s, one with clients and one without`,
  run: async (world) => {
    const [busyHost, idleHost] = [await world.addHost(), await world.addHost()];
    const busy = [world.addSsh('ssh-busy', busyHost), world.addTcp('tcp-busy', busyHost)] as const;
    const idle = [world.addSsh('ssh-idle', idleHost), world.addTcp('tcp-idle', idleHost)] as const;
    await world.addOthers();
    await world.start(busy);
    const rivals = await startRivals(world, busyHost);
    await world.pause(2_000);
    const deadAt = nowMs();
    for (const { link } of [busyHost, idleHost]) link.setSilent(true);
    await delay(seconds * 1_000);
    for (const { link } of [busyHost, idleHost]) link.setSilent(false);
    const backAt = nowMs();
    const isBack = (service: Service): boolean =>
      isGreen(world.daemon.service(service.name)) &&
      (idle.includes(service) || servedAgainAt(world.requestsTo(service), backAt) !== null);
    // One that is not is a figure of the row.
    await eventually('all are back', () => [...busy, ...idle].every(isBack), recoveryDeadlineMs).catch(
      () => undefined,
    );
    await eventually(
      'the rivals are back',
      () =>
        rivals.every(({ port }) =>
          world.load.of(port).some((one) => isAnswered(one) && one.endedAt > backAt),
        ),
      recoveryDeadlineMs,
    ).catch(() => undefined);
    await reportForAll(world);
    const dead = { deadAt, untilAt: backAt };
    for (const service of busy) {
      // A tcp relay has no tunnel: its next connection decides.
      const limit = service.name.startsWith('ssh') ? maxFalseGreenSeconds.withClients : null;
      reportGreenWhileDead(world, service, { dead, limit, what: 'with clients' });
      const servesAt = servedAgainAt(world.requestsTo(service), backAt);
      const figure = `${service.name} answered after the silence`;
      reportSeconds(maxBackSeconds, { figure, ms: servesAt === null ? null : servesAt - backAt });
    }
    for (const service of idle) {
      const limit = service.name.startsWith('ssh') ? maxFalseGreenSeconds.without : null;
      reportGreenWhileDead(world, service, { dead, limit, what: 'without clients' });
      reportSeconds(null, {
        figure: `${service.name} green after the silence`,
        ms: greenAfter(world, service, backAt),
      });
    }
    reportRivals(world, busy[0], rivals, () => [{ begunAt: deadAt, backAt }]);
  },
});

function greenAfter(world: FaultWorld, { name }: Service, backAt: number): number | null {
  const at = world.timeline(name).firstAt(backAt, isGreen);
  return at === null ? null : at - backAt;
}

export const blackholeRows: readonly Row[] = [blackhole(30), blackhole(90)];
