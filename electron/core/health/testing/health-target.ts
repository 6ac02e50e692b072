import type { HealthCheckSpec } from '../../../../shared/service-spec.ts';
import { defaultHealthCheck } from '../../config/service-defaults.ts';
import { serviceSpec } from '../../testing/service-spec.ts';
import type { Endpoint } from '../../connect/endpoint.ts';
import type { CheckReport } from '../check-report.ts';
import type { HealthTarget, ReportListener } from '../health-monitor.ts';

/** A tunnel to monitor, by default with a tcp check and a socket named after it as its endpoint. */
export function healthTarget(
  tunnelId: string,
  healthCheck: Partial<HealthCheckSpec> = {},
  endpoint: Endpoint = { kind: 'unix', path: tunnelId },
): HealthTarget {
  return {
    tunnelId,
    endpoint,
    proveTransport: () => Promise.resolve({ kind: 'unprovable' }),
    hasQueuedBytes: () => false,
    traffic: () => ({ isFlowing: false, lastOpenedAt: null }),
    trouble: null,
    service: serviceSpec(tunnelId, {
      localPort: 8080,
      healthCheck: { ...defaultHealthCheck, probe: { type: 'tcp' }, ...healthCheck },
    }),
  };
}

/**
 * A monitor's reports in order: `a healthy answered 4`, `a unknown none`, `a unhealthy none: check-failed`; proofs with
 * `!`.
 */
export class RecordedHealth {
  readonly lines: string[] = [];

  readonly onReport: ReportListener = (tunnelId, report) => {
    this.lines.push(`${tunnelId} ${reportText(report)}`);
  };
}

function reportText({ health, evidence, tookMs, cause, isStrict }: CheckReport): string {
  const took = tookMs === null ? '' : ` ${tookMs}`;
  const why = cause === null ? '' : `: ${cause.code}`;
  return `${health} ${evidence.kind}${isStrict ? '!' : ''}${took}${why}`;
}
