/** From single checks to health: pure counting against the thresholds. */
import type { Health } from '../../../shared/service-snapshot.ts';
import { assertNever } from '../../../shared/result.ts';
import type { HealthCheckSpec } from '../../../shared/service-spec.ts';
import type { ProbeResult } from './probe.ts';

/** A check that counts. A cancelled one is no report. */
export type HealthReport =
  | { readonly kind: 'check-passed'; readonly tookMs: number | null }
  | ({ readonly kind: 'check-failed' } & FailedCheck);

export type FailedCheck = Omit<Extract<ProbeResult, { readonly kind: 'failed' }>, 'kind'>;

export type HealthThresholds = Pick<HealthCheckSpec, 'failureThreshold' | 'successThreshold'>;

export interface HealthVerdict {
  readonly health: Health;
  /** At least one of the two is 0. */
  readonly failuresInRow: number;
  readonly passesInRow: number;
}

export const untried: HealthVerdict = { health: 'unknown', failuresInRow: 0, passesInRow: 0 };

/** The verdict after one more check. It changes only when a run reaches its threshold, from `unknown` as well. */
export function judge(
  verdict: HealthVerdict,
  report: HealthReport,
  thresholds: HealthThresholds,
): HealthVerdict {
  switch (report.kind) {
    case 'check-passed': {
      const passesInRow = verdict.passesInRow + 1;
      const health = passesInRow >= thresholds.successThreshold ? 'healthy' : verdict.health;
      return { health, failuresInRow: 0, passesInRow };
    }
    case 'check-failed': {
      const failuresInRow = verdict.failuresInRow + 1;
      const health = failuresInRow >= thresholds.failureThreshold ? 'unhealthy' : verdict.health;
      return { health, failuresInRow, passesInRow: 0 };
    }
    default:
      return assertNever(report, 'health report');
  }
}

/** Keeps the health, forgets the run that was leading to another. */
export const forgetRun = (verdict: HealthVerdict): HealthVerdict => ({ ...untried, health: verdict.health });

/** Some checks have failed, too few to be sure. */
export const isInDoubt = (verdict: HealthVerdict): boolean =>
  verdict.failuresInRow > 0 && verdict.health !== 'unhealthy';
