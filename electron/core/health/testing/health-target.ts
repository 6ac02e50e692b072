import type { HealthCheckSpec } from '../../../../shared/service-spec.ts';
import { defaultHealthCheck } from '../../config/service-defaults.ts';
import { serviceSpec } from '../../testing/service-spec.ts';
import type { Endpoint } from '../../tunnel/tunnel-adapter.ts';
import type { HealthEvents, HealthTarget } from '../health-monitor.ts';

/** A tunnel to watch; its endpoint is a socket of the same name unless one is given. */
export function healthTarget(
  tunnelId: string,
  healthCheck: Partial<HealthCheckSpec> = {},
  endpoint: Endpoint = { kind: 'unix', path: tunnelId },
): HealthTarget {
  return {
    tunnelId,
    endpoint,
    service: serviceSpec(tunnelId, {
      localPort: 8080,
      healthCheck: { ...defaultHealthCheck, ...healthCheck },
    }),
  };
}

/** What a monitor said, in the order it said it: `a healthy 4`, `a unhealthy check-failed`, `a +`, `a -`. */
export class RecordedHealth implements HealthEvents {
  readonly lines: string[] = [];

  onHealthy(tunnelId: string, tookMs: number | null): void {
    this.lines.push(`${tunnelId} healthy ${String(tookMs)}`);
  }

  onUnhealthy(tunnelId: string, cause: { readonly code: string }): void {
    this.lines.push(`${tunnelId} unhealthy ${cause.code}`);
  }

  onCheck(tunnelId: string, report: { readonly kind: string }): void {
    this.lines.push(`${tunnelId} ${report.kind === 'check-passed' ? '+' : '-'}`);
  }
}
