/** Waits on the stream of snapshots until services stand as wished. */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import type { Clock } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { answerOf } from './host-connection.ts';

/** `done` and `hopeless` end the wait for one service. */
export type Standing = 'done' | 'pending' | 'hopeless';

export interface ServiceWait {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly standingOf: (service: ServiceSnapshot) => Standing;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The services as they stood when all were done or hopeless, or when time was up. A service that left the config is not among them. */
export async function waitForServices(wait: ServiceWait): Promise<readonly ServiceSnapshot[]> {
  const { client, clock, names, standingOf, timeoutMs, signal } = wait;
  let last: readonly ServiceSnapshot[] = [];
  const settled = new AbortController();
  const timer = clock.after(timeoutMs, () => {
    settled.abort();
  });
  try {
    const ended = await client.stream(
      'watch-snapshot',
      { live: false },
      ({ services }) => {
        last = services.filter(({ name }) => names.includes(name));
        if (last.every((service) => standingOf(service) !== 'pending')) settled.abort();
      },
      AbortSignal.any([settled.signal, signal]),
    );
    answerOf(ended);
  } finally {
    timer.cancel();
  }
  return last;
}

/** Up and found healthy. What only the user can mend is not waited for. */
export function standingOfStart({ phase, health, cause }: ServiceSnapshot): Standing {
  if (phase === 'up' && health === 'healthy') return 'done';
  if (phase === 'off') return 'hopeless';
  return cause?.recovery === 'user' && phase !== 'connecting' ? 'hopeless' : 'pending';
}

export const standingOfStop = ({ phase }: ServiceSnapshot): Standing =>
  phase === 'off' ? 'done' : 'pending';
