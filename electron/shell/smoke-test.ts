import type { Snapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';
import type { Clock } from '../core/clock.ts';
import type { AppHost } from '../core/host/app-host.ts';

const deadlineMs = 30_000;

/** Resolves to true once a first forward is proven or ready, false if that takes too long. */
export function reachFirstForward(
  host: Pick<AppHost, 'snapshot' | 'onSnapshot'>,
  clock: Clock,
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (reached: boolean): void => {
      timer.cancel();
      unsubscribe();
      resolve(reached);
    };
    const look = (snapshot: Snapshot): void => {
      if (snapshot.services.some(isInOrder)) settle(true);
    };
    const timer = clock.after(deadlineMs, () => {
      settle(false);
    });
    const unsubscribe = host.onSnapshot(look);
    look(host.snapshot());
  });
}
