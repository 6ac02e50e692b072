/** sshd keeps running, and ends the sessions: because of an idle timeout or an administrator. */
import { killNow } from '../../bench/tunnel-process.ts';
import { delay, nowMs } from '../monotonic.ts';
import { startRivals } from '../rivals.ts';
import { reportForAll, reportRivals, type Outage } from '../row-figures.ts';
import type { Row } from '../row.ts';

const rounds = 4;
const betweenMs = 4_000;

export const sessionKilled: Row = {
  name: 'ssh-session-killed',
  what: `all sessions of an sshd are killed, ${rounds} times`,
  run: async (world) => {
    const host = await world.addHost();
    const ssh = world.addSsh('ssh', host);
    await world.addOthers();
    await world.start([ssh]);
    const rivals = await startRivals(world, host);
    const outages: Outage[] = [];
    for (let round = 0; round < rounds; round++) {
      await world.pause(betweenMs);
      const sessions = await host.sshd.sessionPids();
      const begunAt = nowMs();
      for (const pid of sessions) killNow(pid);
      outages.push({ begunAt, backAt: begunAt });
    }
    await delay(betweenMs);
    await reportForAll(world);
    reportRivals(world, ssh, rivals, () => outages);
  },
};
