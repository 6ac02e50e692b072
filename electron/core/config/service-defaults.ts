/** The defaults of a service; documented in `docs/config.md`, most of them unchanged since 0.3.7. */
import { autoProbe } from './harmless-hello.ts';
import type { HealthCheckSpec, RestartPolicySpec, ServiceSpec } from '../../../shared/service-spec.ts';

export const defaultCheckType = 'auto';

/** Checks that need no target, so they also apply to a service without one. */
export const targetlessChecks: readonly string[] = ['auto', 'none', 'exec'];

export const defaultHealthCheck: Omit<HealthCheckSpec, 'probe'> = {
  intervalMs: 30_000,
  timeoutMs: 5_000,
  failureThreshold: 3,
  successThreshold: 1,
  clusterAware: false,
};

export const defaultRestartPolicy: RestartPolicySpec = {
  enabled: true,
  maxAttempts: 5,
  initialDelayMs: 1_000,
  maxDelayMs: 300_000,
  backoffMultiplier: 2,
};

export const defaultStartTimeoutMs = 30_000;

/** How long a service with `on_demand: true` stays connected without a client. */
export const defaultUnusedMs = 600_000;

/** A service with only the values that have no default. */
export const bareService = (
  essentials: Pick<ServiceSpec, 'name' | 'localPort' | 'connection'> & Partial<Pick<ServiceSpec, 'bind'>>,
): ServiceSpec => ({
  bind: null,
  isPortAuto: false,
  ...essentials,
  enabled: true,
  tags: [],
  description: null,
  holdTimeoutMs: 10_000,
  startTimeoutMs: defaultStartTimeoutMs,
  healthCheck: { ...defaultHealthCheck, probe: autoProbe(essentials.connection) },
  restartPolicy: defaultRestartPolicy,
  problem: null,
});
