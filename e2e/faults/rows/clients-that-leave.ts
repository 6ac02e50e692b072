/**
 * Clients connect while there is no tunnel, and leave before there is one; the clients that stay must not suffer from
 * it.
 */
import { reportNone } from '../../bench/figure.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { nowMs } from '../monotonic.ts';
import { failedOf, inWords, isAnswered } from '../requests.ts';
import { reportForAll } from '../row-figures.ts';
import type { Row } from '../row.ts';

const visitors = 300;
const stayMs = 300;
const rounds = 3;
const servesDeadlineMs = 20_000;

export const clientsThatLeave: Row = {
  name: 'clients-that-leave',
  what: `${visitors} clients come and go while the sshd is away; others stay`,
  run: async (world) => {
    const host = await world.addHost();
    const ssh = world.addSsh('ssh', host);
    await world.addOthers();
    await world.start([]);
    for (let round = 1; round <= rounds; round++) {
      await host.sshd.kill();
      await world.pause(500);
      await world.load.visit(ssh.port, { count: visitors, stayMs });
      await world.pause(300);
      const cameAt = nowMs();
      world.load.begin(ssh.port);
      await world.pause(1_000);
      await host.sshd.start();
      const isServed = (): boolean =>
        world.requestsTo(ssh).some((one) => one.begunAt > cameAt && isAnswered(one));
      await eventually('those that stayed are answered', isServed, servesDeadlineMs).catch(() => undefined);
      await world.load.end(ssh.port);
      const failed = failedOf(world.requestsTo(ssh));
      reportNone({
        figure: `round ${round}: clients that stayed and failed`,
        value: failed.length,
        note: `of ${world.requestsTo(ssh).length}${failed.length > 0 ? `: ${inWords(failed)}` : ''}`,
      });
      await world.untilGreen([ssh]);
    }
    await reportForAll(world);
  },
};
