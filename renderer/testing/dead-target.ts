/**
 * The host's snapshots of an ssh forward whose target refuses connections: the tunnel starts, a check through it fails, and it
 * retries with growing delays, after `max_attempts` once a minute. Times are epoch ms.
 */
import { describeCause } from '../../shared/failure.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { sampleNow, service } from './service-samples.ts';

interface Step {
  readonly at: number;
  readonly service: ServiceSnapshot;
}

const maxAttempts = 5;
const cause = describeCause('target-refused', {
  host: 'db.internal',
  evidence: 'channel 2: open failed: connect failed: Connection refused',
});

/** Each try fails: connecting, up and not proven, up and unhealthy, retrying. */
function tryThatFails(attempt: number, begin: number, delayMs: number): readonly Step[] {
  const step = (afterMs: number, facts: Partial<ServiceSnapshot>): Step => ({
    at: begin + afterMs,
    service: service('orders', {
      desired: 'on',
      technology: 'ssh',
      route: 'deploy@bastion → db.internal:5432',
      since: begin + afterMs,
      exhausted: attempt > maxAttempts,
      ...facts,
    }),
  });
  const before = { attempt, cause: attempt === 0 ? null : cause };
  const after = { attempt: attempt + 1, cause };
  return [
    step(0, { phase: 'connecting', ...before }),
    step(300, { phase: 'up', ...before }),
    step(900, { phase: 'up', health: 'unhealthy', ...after }),
    step(1_000, { phase: 'retrying', nextRetryAt: begin + 1_000 + delayMs, ...after }),
  ];
}

const delaysMs = [0, 2_000, 4_000, 8_000, 16_000, 60_000, 60_000];

export const deadTarget: readonly Step[] = delaysMs.reduce<readonly Step[]>((steps, delayMs, attempt) => {
  const last = steps.at(-1)?.service.nextRetryAt ?? sampleNow;
  return [...steps, ...tryThatFails(attempt, last, delayMs)];
}, []);
