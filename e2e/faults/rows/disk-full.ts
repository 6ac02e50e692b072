/** The disk with the state and the logs is full: while LocalPort runs, and when it starts. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { reportNone } from '../../bench/figure.ts';
import { killNow } from '../../bench/tunnel-process.ts';
import type { FaultWorld } from '../fault-world.ts';
import { nowMs } from '../monotonic.ts';
import { answeredAgainAt } from '../requests.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import { isGreen } from '../timeline.ts';
import type { Row } from '../row.ts';

const startDeadlineMs = 15_000;

export const diskFull: Row = {
  name: 'disk-full',
  what: 'the disk with state and logs is full, while LocalPort runs and when it starts; then read-only',
  run: async (world) => {
    const host = await world.addHost();
    const ssh = world.addSsh('ssh', host);
    await world.addOthers();
    const daemon = world.makeDaemon();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'faults-state', daemon.stateDirectory]);
    await daemon.start();
    await world.untilGreen(world.services);
    for (const { port } of [ssh, ...world.others]) world.load.begin(port);
    await world.pause(1_000);
    fill(path.join(daemon.stateDirectory, 'filler'));
    const { pid } = daemon.service(ssh.name);
    const killedAt = nowMs();
    if (pid !== null) killNow(pid);
    await world.pause(6_000);
    const servesAt = answeredAgainAt(world.requestsTo(ssh), killedAt);
    await reportForAll(world);
    reportSeconds(10, {
      figure: 'a tunnel killed while the disk is full, answered again',
      ms: servesAt === null ? null : servesAt - killedAt,
    });
    reportDown(world, 'services not green while the disk is full');
    await daemon.stop();
    for (const state of ['full', 'read-only'] as const) {
      if (state === 'read-only') execFileSync('mount', ['-o', 'remount,ro', daemon.stateDirectory]);
      const failure = await startOn(world);
      reportDown(world, `services not green after a start on a ${state} disk`, failure);
      await daemon.stop();
    }
  },
};

function fill(file: string): void {
  const handle = openSync(file, 'w');
  const chunk = Buffer.alloc(4_096);
  try {
    while (writeSync(handle, chunk) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(handle);
  }
}

/** Returns why not; empty if all are green. */
async function startOn(world: FaultWorld): Promise<string> {
  try {
    await world.daemon.start();
    await world.untilGreen(world.services, startDeadlineMs);
    return '';
  } catch (error) {
    return String(error);
  }
}

function reportDown(world: FaultWorld, figure: string, failure = ''): void {
  const down = world.services.filter(({ name }) => {
    const { latest } = world.timeline(name);
    return latest === null || !isGreen(latest);
  });
  const words = down.map(({ name }) => `${name} ${world.timeline(name).inWords()}`).join(', ');
  reportNone({ figure, value: down.length, note: [words, failure].filter((one) => one !== '').join('; ') });
}
