import { onTestFinished, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import type { ChildProcess } from './child-process.ts';
import { findStopped } from './process-state.ts';
import { spawnChild } from './spawned-child.ts';
import { programs } from './testing/misbehaving-programs.ts';
import { pidOfReadyLine } from './testing/process-watch.ts';

function launch(argv: readonly [string, ...string[]]): ChildProcess & { readonly pid: number } {
  const child = spawnChild(
    { name: 'child', argv },
    {
      clock: systemClock,
      log: silentLogger,
      environment: () => ({ PATH: process.env['PATH'] ?? '' }),
      registries: [],
    },
  );
  onTestFinished(async () => {
    await child.stop({ force: true });
  });
  const { pid } = child;
  if (pid === null) throw new Error('the child did not start');
  return Object.assign(child, { pid });
}

test('a stopped leader is found, and no longer once it continues', async () => {
  const [stopped, other] = [launch(programs.endsOnTerm), launch(programs.endsOnTerm)];
  await Promise.all([pidOfReadyLine(stopped), pidOfReadyLine(other)]);
  const groups = [stopped.pid, other.pid];
  expect(await findStopped(groups)).toEqual(new Set());
  process.kill(stopped.pid, 'SIGSTOP');
  await expect.poll(() => findStopped(groups)).toEqual(new Set([stopped.pid]));
  process.kill(stopped.pid, 'SIGCONT');
  await expect.poll(() => findStopped(groups)).toEqual(new Set());
});

test('a stopped member counts for its group', async () => {
  const child = launch(programs.leavesStubbornGrandchild);
  const grandchild = await pidOfReadyLine(child);
  process.kill(grandchild, 'SIGSTOP');
  await expect.poll(() => findStopped([child.pid])).toEqual(new Set([child.pid]));
});

test('a process that has left the group does not count', async () => {
  const child = launch(programs.startsGroupOfItsOwn);
  const stranger = await pidOfReadyLine(child);
  process.kill(stranger, 'SIGSTOP');
  onTestFinished(() => void process.kill(stranger, 'SIGKILL'));
  await expect.poll(() => findStopped([child.pid, stranger])).toEqual(new Set([stranger]));
});

test('a group that is gone is not stopped', async () => {
  const child = launch(programs.exitsAtOnce);
  await child.exited;
  expect(await findStopped([child.pid, 0x3fffffff])).toEqual(new Set());
});
