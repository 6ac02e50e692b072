import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { PortCounters } from '../relay/service-port.ts';
import { UnusedWatch } from './unused-watch.ts';

const afterMs = 600_000;
let clock: FakeClock;
let counters: PortCounters;
let unused: number;
let watch: UnusedWatch;

beforeEach(() => {
  clock = new FakeClock();
  counters = { connections: 0, held: 0, bytesIn: 0, bytesOut: 0 };
  unused = 0;
  watch = new UnusedWatch({ clock, port: { counters: () => counters }, onUnused: () => (unused += 1) });
});

afterEach(() => {
  watch.watch(null);
});

describe('a service that may be unused', () => {
  it('is unused after its time without a client, and again for as long as it is watched', async () => {
    watch.watch(afterMs);
    await clock.advance(afterMs - 1);
    expect(unused).toBe(0);
    await clock.advance(1);
    expect(unused).toBe(1);
    await clock.advance(afterMs / 4);
    expect(unused).toBe(2);
    watch.watch(null);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([{ connections: 1 }, { held: 1 }])('is used by %o', async (client) => {
    counters = { ...counters, ...client };
    watch.watch(afterMs);
    await clock.advance(3 * afterMs);
    expect(unused).toBe(0);
    counters = { ...counters, connections: 0, held: 0 };
    await clock.advance(afterMs);
    expect(unused).toBe(1);
  });

  it('was used by a client that came and went between two looks', async () => {
    watch.watch(afterMs);
    await clock.advance(afterMs * 0.9);
    counters = { ...counters, bytesIn: 100 };
    await clock.advance(afterMs);
    expect(unused).toBe(0);
    await clock.advance(afterMs * 0.1);
    expect(unused).toBe(1);
  });

  it('starts over with another time, and not with the same', async () => {
    watch.watch(afterMs);
    await clock.advance(afterMs - 1);
    watch.watch(afterMs);
    await clock.advance(1);
    expect(unused).toBe(1);
    watch.watch(afterMs / 2);
    await clock.advance(afterMs / 2 - 1);
    expect(unused).toBe(1);
  });
});
