/** Waits on the stream of snapshots until services stand as wished. */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import type { Clock } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { answerOf } from './host-connection.ts';
import { WaitLine } from './output/wait-line.ts';

/** `done` and `hopeless` end the wait for one service. */
export type Standing = 'done' | 'pending' | 'hopeless';

export interface ServiceWait {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly standingOf: (service: ServiceSnapshot) => Standing;
  readonly timeoutMs: number;
  /** Told again and again who is waited for. */
  readonly onPending?: (names: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/** The services as they stood when all were done or hopeless, or when time was up. A service that left the config is not among them. */
export async function waitForServices(wait: ServiceWait): Promise<readonly ServiceSnapshot[]> {
  const { client, clock, names, standingOf, timeoutMs, onPending, signal } = wait;
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
        const pending = last.filter((service) => standingOf(service) === 'pending').map(({ name }) => name);
        if (pending.length === 0) settled.abort();
        else onPending?.(pending);
      },
      AbortSignal.any([settled.signal, signal]),
    );
    answerOf(ended);
  } finally {
    timer.cancel();
  }
  return last;
}

/** The same, and whoever watches a terminal sees meanwhile who is waited for. */
export async function waitWatched(
  context: CommandContext,
  wait: Omit<ServiceWait, 'clock' | 'signal' | 'onPending'>,
): Promise<readonly ServiceSnapshot[]> {
  const { clock, signal } = context;
  const line = new WaitLine(context);
  try {
    return await waitForServices({ ...wait, clock, signal, onPending: (names) => line.show(names) });
  } finally {
    line.clear();
  }
}

/** Up and found healthy. What only the user can mend is not waited for. */
export function standingOfStart({ phase, health, cause }: ServiceSnapshot): Standing {
  if (phase === 'up' && health === 'healthy') return 'done';
  if (phase === 'off') return 'hopeless';
  return cause?.recovery === 'user' && phase !== 'connecting' ? 'hopeless' : 'pending';
}

export const standingOfStop = ({ phase }: ServiceSnapshot): Standing =>
  phase === 'off' ? 'done' : 'pending';
