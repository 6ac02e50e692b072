/** Health monitoring as the forward runner sees it: watch a tunnel, hear when its health changes. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Endpoint } from '../tunnel/tunnel-adapter.ts';
import type { HealthReport } from './health-verdict.ts';
import type { ProbeResult } from './probe.ts';

/** What is watched: one tunnel of one service. */
export interface HealthTarget {
  readonly service: ServiceSpec;
  readonly tunnelId: string;
  readonly endpoint: Endpoint;
}

export interface HealthEvents {
  /** The passes in a row have reached `successThreshold`. `tookMs`: the last of them, as in ProbeResult. */
  onHealthy(tunnelId: string, tookMs: number | null): void;
  /** The failures in a row have reached `failureThreshold`. The cause is that of the last one. */
  onUnhealthy(tunnelId: string, cause: Cause): void;
  /** Every check that counts, before the change that it brings. */
  onCheck?(tunnelId: string, report: HealthReport): void;
}

export interface HealthMonitor {
  /**
   * Probes at once with its own deadline in ms, beside the regular checks, and beside a pause. The answer stands alone:
   * it is returned, counts towards no threshold and fires no event. Calls while one is under way share its answer.
   */
  probeNow(deadlineMs: number): Promise<ProbeResult>;
  /** Ends the monitor; no event comes after the call. Resolves when its probes have let go of their sockets. Idempotent. */
  stop(): Promise<void>;
}

export interface HealthMonitorScheduler {
  /** The first check runs at once. A tunnel has one monitor: watching it again ends the earlier one. */
  watch(target: HealthTarget, events: HealthEvents): HealthMonitor;
  /** Before sleep: cancels what runs, starts nothing, counts nothing, holds no timer. Idempotent. */
  pause(): void;
  /** Goes on, spread over each interval. Runs of passes or failures from before the pause are forgotten, health is not. */
  resume(): void;
  /** Stops every monitor; a later `watch` does nothing. */
  close(): Promise<void>;
  /** Monitors that are watching. */
  active(): number;
}
