/** What a service is where its config says nothing; documented in `docs/config.md`, most of it since 0.3.7. */
import { autoProbe } from './harmless-hello.ts';
import type { HealthCheckSpec, RestartPolicySpec, ServiceSpec } from '../../../shared/service-spec.ts';

export const defaultCheckType = 'auto';

/** Those that ask no target by themselves, and so mean something where there is none. */
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

/** A service of which nothing is said but what has no default. */
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
