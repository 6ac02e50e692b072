/** A host with 120 services dies and boots again; no one uses them in the meantime. */
import { eventually } from '../../fixtures/eventually.ts';
import { startEchoServer } from '../../fixtures/servers.ts';
import { delay, nowMs } from '../monotonic.ts';
import { percentile } from '../requests.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import { isGreen } from '../timeline.ts';
import type { Row } from '../row.ts';

const tcpServices = 100;
const sshServices = 20;
const awayMs = 40_000;
const shutdownMs = 3_000;
const maxBackSeconds = 3;
const patienceMs = 40_000;

export const hostOfMany: Row = {
  name: 'host-of-many',
  what: `a host with ${tcpServices} tcp and ${sshServices} ssh services dies and is back after ${awayMs / 1_000} s`,
  run: async (world) => {
    const host = await world.addHost();
    const many = [
      ...Array.from({ length: tcpServices }, (_, index) => world.addTcp(`tcp-${index}`, host)),
      ...Array.from({ length: sshServices }, (_, index) => world.addSsh(`ssh-${index}`, host)),
    ];
    await world.addOthers();
    await world.start([]);
    await world.pause(2_000);
    const awayAt = nowMs();
    // It shuts down, is off, and has booted by the time that it is reachable again.
    await Promise.all([host.sshd.kill(), host.echo.stop()]);
    await delay(shutdownMs);
    host.link.setSilent(true);
    await host.sshd.start();
    await startEchoServer(host.echo.port, host.echo.host);
    await delay(awayAt + awayMs - nowMs());
    const isUp = ({ name }: { readonly name: string }): boolean => isGreen(world.daemon.service(name));
    const down = many.filter((service) => !isUp(service)).length;
    host.link.setSilent(false);
    const backAt = nowMs();
    // Whether they are is the figure.
    await eventually('all are up', () => many.every(isUp), patienceMs).catch(() => undefined);
    await reportForAll(world);
    const times = many.map(({ name }) => (world.timeline(name).lastGreenSince(backAt) ?? Infinity) - backAt);
    const slowest = Math.max(...times);
    const byTime = many.map((service, index) => ({ service, ms: times[index] ?? Infinity }));
    byTime.sort((a, b) => b.ms - a.ms);
    const lastOf = (kind: string): string =>
      ((byTime.find(({ service }) => service.name.startsWith(kind))?.ms ?? NaN) / 1_000).toFixed(1);
    console.log(`the last tcp after ${lastOf('tcp')} s, the last ssh after ${lastOf('ssh')} s`);
    for (const { service, ms } of byTime.slice(0, 3))
      console.log(
        `${service.name} after ${(ms / 1_000).toFixed(1)} s: ${world.timeline(service.name).inWords()}`,
      );
    const late = many
      .filter((service) => !isUp(service))
      .map(({ name }) => `${name} ${world.timeline(name).inWords()}`);
    reportSeconds(maxBackSeconds, {
      figure: 'all green after the host is back',
      ms: Number.isFinite(slowest) ? slowest : null,
      note:
        `half after ${(percentile(times, 0.5) / 1_000).toFixed(1)} s; ${down} of ${many.length} were known to be down` +
        (late.length > 0 ? `; ${late.length} still: ${late.slice(0, 3).join(', ')}` : ''),
    });
  },
};
