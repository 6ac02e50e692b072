/**
 * Derives health from single checks by counting against the thresholds. All checks of a tunnel are counted here. Pure.
 */
import type { HealthCheckSpec } from '../../../shared/service-spec.ts';
import type { ProbeResult } from './probe.ts';

export type FailedCheck = Omit<Extract<ProbeResult, { readonly kind: 'failed' }>, 'kind'>;

export type HealthThresholds = Pick<HealthCheckSpec, 'failureThreshold' | 'successThreshold'>;

export interface HealthVerdict {
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  /** At least one of the two is 0. */
  readonly failuresInRow: number;
  readonly passesInRow: number;
}

export const untried: HealthVerdict = { health: 'unknown', failuresInRow: 0, passesInRow: 0 };

/** The verdict after one more check. It changes only when a run reaches its threshold, even from `unknown`. */
export function judge(verdict: HealthVerdict, passed: boolean, thresholds: HealthThresholds): HealthVerdict {
  if (passed) {
    const passesInRow = verdict.passesInRow + 1;
    const health = passesInRow >= thresholds.successThreshold ? 'healthy' : verdict.health;
    return { health, failuresInRow: 0, passesInRow };
  }
  const failuresInRow = verdict.failuresInRow + 1;
  const health = failuresInRow >= thresholds.failureThreshold ? 'unhealthy' : verdict.health;
  return { health, failuresInRow, passesInRow: 0 };
}

/** Keeps the health but forgets the current run of equal results. */
export const forgetRun = (verdict: HealthVerdict): HealthVerdict => ({ ...untried, health: verdict.health });
