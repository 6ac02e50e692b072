/** Another program listens on a service's port: before LocalPort starts, and while it is restarted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { reportNone } from '../../bench/figure.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { nowMs } from '../monotonic.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import { isGreen } from '../timeline.ts';
import type { Row } from '../row.ts';

const stolenMs = 4_000;
const freedDeadlineMs = 40_000;

export const portStolen: Row = {
  name: 'port-stolen',
  what: 'another program has the port, before the first start and at a restart of the daemon',
  run: async (world) => {
    const host = await world.addHost();
    const stolen = world.addTcp('stolen', host);
    await world.addOthers();
    const daemon = world.makeDaemon();
    for (const when of ['before the start', 'at a restart'] as const) {
      const giveBack = await steal(world, stolen);
      await daemon.start();
      await world.untilGreen(world.others);
      for (const { port } of world.others) world.load.begin(port);
      await world.pause(stolenMs);
      const { phase, cause } = daemon.service(stolen.name);
      reportNone({
        figure: `port stolen ${when}: wrong causes`,
        value: phase !== 'up' && cause?.code === 'port-in-use' ? 0 : 1,
        note: world.timeline(stolen.name).inWords(),
      });
      await giveBack();
      const freeAt = nowMs();
      await world.untilGreen([stolen], freedDeadlineMs).catch(() => undefined);
      const greenAt = world.timeline(stolen.name).firstAt(freeAt, isGreen);
      reportSeconds(null, {
        figure: `port stolen ${when}: green after it is free`,
        ms: greenAt === null ? null : greenAt - freeAt,
      });
      await reportForAll(world);
      await daemon.stop();
    }
  },
};

/** Returns a function that stops the other program. */
async function steal({ machine }: FaultWorld, { port }: Service): Promise<() => Promise<void>> {
  const listen = `require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening'))`;
  const [program, ...args] = [...machine.prefix, process.execPath, '-e', listen];
  const thief = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(thief.stdout, 'data');
  return async () => {
    const exited = once(thief, 'exit');
    thief.kill('SIGKILL');
    await exited;
  };
}
