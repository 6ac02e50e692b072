/** Waits on the stream of snapshots until services are in the requested state. */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';
import type { Clock } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { answerOf } from './host-connection.ts';
import { describeObstacle, type ServiceResult } from './output/service-results.ts';
import { WaitLine } from './output/wait-line.ts';

/** `done` and `failed` end the wait for one service. */
export type Progress = 'done' | 'pending' | 'failed';

export interface ServiceWait {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly progressOf: (service: ServiceSnapshot) => Progress;
  /** For a service that is done. */
  readonly tellDone: (service: ServiceSnapshot) => string;
  readonly timeoutMs: number;
  /** Called repeatedly with the services that are still waited for. */
  readonly onPending?: (services: readonly ServiceSnapshot[]) => void;
  readonly signal: AbortSignal;
}

/** The state of each when all were done or failed, or when time was up, in the order of the config. */
export async function waitForServices(wait: ServiceWait): Promise<readonly ServiceResult[]> {
  const { names, progressOf, tellDone } = wait;
  const services = await watchUntilSettled(wait);
  const results = services.map((service) => {
    const ok = progressOf(service) === 'done';
    return { name: service.name, ok, ...(ok ? { message: tellDone(service) } : describeObstacle(service)) };
  });
  const gone = names.filter((name) => services.every((service) => service.name !== name));
  return [...results, ...gone.map((name) => ({ name, ok: false, message: 'was removed from the config' }))];
}

async function watchUntilSettled(wait: ServiceWait): Promise<readonly ServiceSnapshot[]> {
  const { client, clock, names, progressOf, timeoutMs, onPending, signal } = wait;
  const pick = (services: readonly ServiceSnapshot[]): readonly ServiceSnapshot[] =>
    services.filter(({ name }) => names.includes(name));
  const settled = new AbortController();
  const timer = clock.after(timeoutMs, () => {
    settled.abort();
  });
  try {
    // However short the time is, there is a state to report.
    let last = pick(answerOf(await client.request('snapshot', {})).services);
    const ended = await client.stream(
      'watch-snapshot',
      { live: false },
      {
        onEvent: ({ services }) => {
          last = pick(services);
          const pending = last.filter((service) => progressOf(service) === 'pending');
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

/** The same; in the meantime a terminal shows the services to wait for. */
export async function waitWatched(
  context: CommandContext,
  wait: Omit<ServiceWait, 'clock' | 'signal' | 'onPending'>,
): Promise<readonly ServiceResult[]> {
  const { clock, signal } = context;
  const line = new WaitLine(context);
  try {
    return await waitForServices({ ...wait, clock, signal, onPending: (services) => line.show(services) });
  } finally {
    line.clear();
  }
}

/**
 * Done when it is proven through the current tunnel, or ready, with an untried target. A service that only the user can
 * fix is waited for while LocalPort is checking again, or will before the deadline, in epoch ms.
 */
export function progressOfStart(service: ServiceSnapshot, deadline: number): Progress {
  const { phase, health, cause, nextRetryAt } = service;
  if (isInOrder(service)) return 'done';
  if (phase === 'off') return 'failed';
  const isBeingTried = phase === 'connecting' || (phase === 'up' && health === 'unknown');
  if (cause?.recovery !== 'user' || isBeingTried) return 'pending';
  return nextRetryAt !== null && nextRetryAt < deadline ? 'pending' : 'failed';
}

export const progressOfStop = ({ phase }: ServiceSnapshot): Progress =>
  phase === 'off' ? 'done' : 'pending';
