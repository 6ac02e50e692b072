/** Time misbehaves: the wall clock jumps by an hour, or the daemon is stopped for half a minute. */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { reportNone } from '../../bench/figure.ts';
import { findProgram } from '../../fixtures/server-program.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { delay } from '../monotonic.ts';
import { reportForAll } from '../row-figures.ts';
import type { Row } from '../row.ts';

const settleMs = 8_000;
const stoppedMs = 30_000;

async function addFour(world: FaultWorld): Promise<readonly Service[]> {
  const host = await world.addHost();
  await world.addCluster(host);
  const services = [
    world.addSsh('ssh', host),
    world.addKubectl('kubectl'),
    world.addTcp('tcp', host),
    world.addCommand('command', host),
  ];
  await world.addOthers();
  return services;
}

/** They were alive the whole time. */
function reportRestarts(world: FaultWorld): void {
  const restarted = world.services.filter(({ name }) => world.daemon.service(name).restarts > 0);
  reportNone({
    figure: 'restarts of what is alive',
    value: restarted.length,
    note: `of ${world.services.length}: ${restarted.map(({ name }) => name).join(', ') || 'none'}`,
  });
}

/** The machine's own clock is not changed: only the daemon and its children see another one, through libfaketime. */
const clockJump: Row = {
  name: 'clock-jump',
  what: 'the wall clock jumps an hour ahead, then back, while clients come',
  run: async (world) => {
    const services = await addFour(world);
    const offset = path.join(os.tmpdir(), 'clock-offset');
    writeFileSync(offset, '+0\n');
    const library = path.join(
      path.dirname(findProgram('faketime') ?? ''),
      '../lib/$LIB/faketime/libfaketime.so.1',
    );
    const clock = [
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
      `FAKETIME_TIMESTAMP_FILE=${offset}`,
    ];
    await world.start(services, 'env', ...clock, `LD_PRELOAD=${library}`);
    for (const jump of ['+3600', '+0']) {
      writeFileSync(offset, `${jump}\n`);
      await world.pause(settleMs);
    }
    await reportForAll(world);
    reportRestarts(world);
  },
};

/** Without clients: connections to a stopped process get no answer in any case. */
const daemonStopped: Row = {
  name: 'daemon-stopped',
  what: `the daemon is stopped for ${stoppedMs / 1_000} s (SIGSTOP), and goes on`,
  run: async (world) => {
    await addFour(world);
    await world.makeDaemon().start();
    await world.untilGreen(world.services);
    await world.pause(2_000);
    world.daemon.signal('SIGSTOP');
    await delay(stoppedMs);
    world.daemon.signal('SIGCONT');
    await delay(settleMs);
    reportRestarts(world);
  },
};

export const timeRows: readonly Row[] = [clockJump, daemonStopped];
