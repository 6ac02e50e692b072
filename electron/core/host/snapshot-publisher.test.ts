import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SnapshotPublisher } from './snapshot-publisher.ts';

const snapshot = {} as Snapshot;

describe('the snapshot publisher', () => {
  it('notifies all listeners and keeps ticking even if one of them throws', async () => {
    const clock = new FakeClock();
    const errors: string[] = [];
    const log = { ...silentLogger, error: (message: string) => errors.push(message) };
    const publisher = new SnapshotPublisher(clock, log, () => snapshot);
    let heard = 0;
    publisher.subscribe(() => {
      throw new Error('its window is gone');
    });
    publisher.subscribe(() => (heard += 1));
    publisher.touch();
    await clock.advance(20);
    expect(heard).toBe(1);
    const stop = publisher.watchLive();
    await clock.advance(3_000);
    expect([heard, errors.length]).toEqual([4, 4]);
    expect(errors[0]).toContain('its window is gone');
    stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
