/** Waits on the stream of snapshots until services stand as wished. */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import type { Clock } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { answerOf } from './host-connection.ts';
import { describeObstacle, type ServiceResult } from './output/service-results.ts';
import { WaitLine } from './output/wait-line.ts';

/** `done` and `hopeless` end the wait for one service. */
export type Standing = 'done' | 'pending' | 'hopeless';

export interface ServiceWait {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly standingOf: (service: ServiceSnapshot) => Standing;
  /** Of a service that is done. */
  readonly tellDone: (service: ServiceSnapshot) => string;
  readonly timeoutMs: number;
  /** Told again and again who is waited for. */
  readonly onPending?: (names: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/** How each stood when all were done or hopeless, or when time was up, in the order of the config. */
export async function waitForServices(wait: ServiceWait): Promise<readonly ServiceResult[]> {
  const { names, standingOf, tellDone } = wait;
  const services = await watchUntilSettled(wait);
  const results = services.map((service) => {
    const ok = standingOf(service) === 'done';
    return { name: service.name, ok, message: ok ? tellDone(service) : describeObstacle(service) };
  });
  const gone = names.filter((name) => services.every((service) => service.name !== name));
  return [...results, ...gone.map((name) => ({ name, ok: false, message: 'has left the config' }))];
}

async function watchUntilSettled(wait: ServiceWait): Promise<readonly ServiceSnapshot[]> {
  const { client, clock, names, standingOf, timeoutMs, onPending, signal } = wait;
  const pick = (services: readonly ServiceSnapshot[]): readonly ServiceSnapshot[] =>
    services.filter(({ name }) => names.includes(name));
  const settled = new AbortController();
  const timer = clock.after(timeoutMs, () => {
    settled.abort();
  });
  try {
    // However short the time is, there is something to tell.
    let last = pick(answerOf(await client.request('snapshot', {})).services);
    const ended = await client.stream(
      'watch-snapshot',
      { live: false },
      {
        onEvent: ({ services }) => {
          last = pick(services);
          const pending = last.filter((service) => standingOf(service) === 'pending').map(({ name }) => name);
          if (pending.length === 0) settled.abort();
          else onPending?.(pending);
        },
        signal: AbortSignal.any([settled.signal, signal]),
      },
    );
    answerOf(ended);
    return last;
  } finally {
    timer.cancel();
  }
}

/** The same, and whoever watches a terminal sees meanwhile who is waited for. */
export async function waitWatched(
  context: CommandContext,
  wait: Omit<ServiceWait, 'clock' | 'signal' | 'onPending'>,
): Promise<readonly ServiceResult[]> {
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
