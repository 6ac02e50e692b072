/** Health monitoring as the forward runner sees it: watch a tunnel and receive a report of each check. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ClientEvidence, TunnelTraffic } from '../relay/service-port.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { CheckReport, TunnelEvidence } from './check-report.ts';

/** The tunnel of a service that is monitored. */
export interface HealthTarget {
  readonly service: ServiceSpec;
  readonly tunnelId: string;
  readonly endpoint: Endpoint;
  /** See `Tunnel.proveTransport`. */
  readonly proveTransport: (deadlineMs: number, isRoutine: boolean) => Promise<TransportProof>;
  /** Whether our own bytes are queued for the tunnel, which alone can delay an answer. */
  readonly hasQueuedBytes: () => boolean;
  readonly traffic: () => TunnelTraffic;
  /** Why the target failed on an earlier tunnel; null: unknown. */
  readonly trouble: Cause | null;
}

/** Called after every check and every proof with the current state, even if it has not changed. */
export type ReportListener = (tunnelId: string, report: CheckReport) => void;

export interface HealthMonitor {
  /**
   * Probes the tunnel at once, independent of regular checks and even while paused. The result is counted and reported
   * like that of any check. A call during a proof queues one more proof. Resolves to the evidence; null when canceled.
   */
  prove(): Promise<TunnelEvidence['kind'] | null>;
  /** Makes the next regular check due now, or right after the running one. */
  checkNow(): void;
  /** Passes on what clients' connections show; counts if the check is `auto`. */
  observe(evidence: ClientEvidence): void;
  /** Passes on what the tunnel reports about a client's connection; counts if the check is `auto`. */
  complained(cause: Cause): void;
  /** Resets the target to untried, because it may have changed; applies if the check is `auto`. */
  forgetTarget(): void;
  /** Ends the monitor; no report follows the call. Resolves when its probes have closed their sockets. Idempotent. */
  stop(): Promise<void>;
}

export interface HealthMonitorScheduler {
  /** Runs the first check at once. A tunnel has one monitor: watching it again ends the earlier one. */
  watch(target: HealthTarget, onReport: ReportListener): HealthMonitor;
  /** Before sleep: cancels running checks, starts and counts nothing, and sets no timer. Idempotent. */
  pause(): void;
  /**
   * Resumes checks, spread over each interval. Consecutive passes or failures before the pause are forgotten; health is
   * kept.
   */
  resume(): void;
  /** Stops every monitor; later calls of `watch` do nothing. */
  close(): Promise<void>;
  /** The number of running monitors. */
  active(): number;
}
