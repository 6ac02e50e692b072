import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { StoppedProcessWatch } from './stopped-process-watch.ts';

class World {
  readonly clock = new FakeClock();
  readonly told: number[] = [];
  looks = 0;
  stopped: readonly number[] = [];
  readonly watch = new StoppedProcessWatch({
    clock: this.clock,
    find: (groups) => {
      this.looks += 1;
      return Promise.resolve(new Set(groups.filter((pgid) => this.stopped.includes(pgid))));
    },
    onStopped: (pgid) => this.told.push(pgid),
  });

  pass(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1_000);
  }
}

describe('StoppedProcessWatch', () => {
  it('reports a stopped child within ten seconds, and again while it stays stopped', async () => {
    const world = new World();
    world.watch.add(100);
    world.watch.add(200);
    world.stopped = [200];
    await world.pass(10);
    expect(world.told).toEqual([200]);
    await world.pass(5);
    expect(world.told).toEqual([200, 200]);
    world.watch.close();
  });

  it('does not report a child that was stopped for a moment', async () => {
    const world = new World();
    world.watch.add(100);
    world.stopped = [100];
    await world.pass(5);
    world.stopped = [];
    await world.pass(20);
    expect(world.told).toEqual([]);
    world.watch.close();
  });

  it('keeps one timer when the last child is replaced during a check', async () => {
    const clock = new FakeClock();
    let answer: (stopped: ReadonlySet<number>) => void = () => undefined;
    const find = () => new Promise<ReadonlySet<number>>((resolve) => (answer = resolve));
    const watch = new StoppedProcessWatch({ clock, find, onStopped: () => undefined });
    watch.add(100);
    await clock.advance(5_000);
    watch.remove(100);
    watch.add(200);
    answer(new Set());
    await settle();
    expect(clock.pendingTimers).toBe(1);
    watch.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('checks only while there are children', async () => {
    const world = new World();
    await world.pass(20);
    world.watch.add(100);
    world.watch.remove(100);
    await world.pass(20);
    expect([world.looks, world.clock.pendingTimers]).toEqual([0, 0]);
  });
});
