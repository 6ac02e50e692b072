import { useEffect, useState } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { msUntilNextChange } from './next-change.ts';

/** A snapshot, and the wall-clock time to compare its times with, in epoch milliseconds. */
export interface SnapshotInTime {
  readonly snapshot: Snapshot;
  readonly now: number;
}

/** However many times are counting, the screen is redrawn for them at most once per second. */
const minTickMs = 1000;

/** The newest snapshot, null until the first one arrives. Its clock advances only while the popover is visible. */
export function useSnapshot(bridge: PopoverBridge): SnapshotInTime | null {
  const [current, setCurrent] = useState<SnapshotInTime | null>(null);

  useEffect(() => {
    let isPushed = false;
    const take = (snapshot: Snapshot): void => setCurrent({ snapshot, now: Date.now() });
    const unsubscribe = bridge.on('snapshot:changed', (snapshot) => {
      isPushed = true;
      take(snapshot);
    });
    bridge.invoke('snapshot:get', undefined).then(
      // A pushed snapshot is newer than a response that arrives later.
      (snapshot) => isPushed || take(snapshot),
      (reason: unknown) => console.error('snapshot:get failed', reason),
    );
    return unsubscribe;
  }, [bridge]);

  useEffect(() => {
    if (current === null) return;
    const { snapshot, now } = current;
    const tick = (): void => setCurrent((latest) => latest && { ...latest, now: Date.now() });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const schedule = (): void => {
      const delayMs = msUntilNextChange(snapshot.services, now);
      if (delayMs !== null && document.visibilityState === 'visible') {
        timer = setTimeout(tick, Math.max(minTickMs, delayMs));
      }
    };
    const onVisibility = (): void => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') tick();
    };
    schedule();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [current]);

  return current;
}
