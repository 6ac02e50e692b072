import type { HealthCheckSpec } from '../../../../shared/service-spec.ts';
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
    service: {
      name: tunnelId,
      localPort: 8080,
      enabled: true,
      tags: [],
      description: null,
      holdTimeoutMs: 10_000,
      connection: { technology: 'tcp', host: 'db', remotePort: 5432 },
      healthCheck: {
        probe: { type: 'tcp' },
        intervalMs: 30_000,
        timeoutMs: 5000,
        failureThreshold: 3,
        successThreshold: 1,
        clusterAware: false,
        ...healthCheck,
      },
      restartPolicy: {
        enabled: true,
        maxAttempts: 5,
        initialDelayMs: 1000,
        maxDelayMs: 300_000,
        backoffMultiplier: 2,
      },
      problem: null,
    },
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
