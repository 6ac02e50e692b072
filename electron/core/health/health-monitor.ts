/** Health monitoring as the forward runner sees it: watch a tunnel, and get a report of each check. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ClientEvidence, TunnelTraffic } from '../relay/service-port.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { CheckReport, TunnelEvidence } from './check-report.ts';

/** What is watched: one tunnel of one service. */
export interface HealthTarget {
  readonly service: ServiceSpec;
  readonly tunnelId: string;
  readonly endpoint: Endpoint;
  /** See `Tunnel.proveTransport`. */
  readonly proveTransport: (deadlineMs: number, isRoutine: boolean) => Promise<TransportProof>;
  /** Bytes of ours wait to go out through the tunnel: an answer may be slow for that reason alone. */
  readonly hasQueuedBytes: () => boolean;
  readonly traffic: () => TunnelTraffic;
  /** Why the target failed on an earlier tunnel; null: nothing is known. */
  readonly trouble: Cause | null;
}

/** Called after every check and every proof: a level, not an edge. */
export type ReportListener = (tunnelId: string, report: CheckReport) => void;

export interface HealthMonitor {
  /**
   * Asks the tunnel to prove itself at once, beside the regular checks and beside a pause. The result is counted and
   * reported like that of any check. A call during a proof is answered by one more. Resolves to the evidence, null when
   * cancelled.
   */
  prove(): Promise<TunnelEvidence['kind'] | null>;
  /** The next regular check is due now; after the present one, if one runs. */
  checkNow(): void;
  /** What clients' connections show: counts where the check is `auto`. */
  observe(evidence: ClientEvidence): void;
  /** What the tunnel says of a client's connection: counts where the check is `auto`. */
  complained(cause: Cause): void;
  /** What is known of the target may be true no more: it counts as untried again where the check is `auto`. */
  forgetTarget(): void;
  /** Ends the monitor; no report comes after the call. Resolves when its probes have let go of their sockets. Idempotent. */
  stop(): Promise<void>;
}

export interface HealthMonitorScheduler {
  /** The first check runs at once. A tunnel has one monitor: watching it again ends the earlier one. */
  watch(target: HealthTarget, onReport: ReportListener): HealthMonitor;
  /** Before sleep: cancels what runs, starts nothing, counts nothing, holds no timer. Idempotent. */
  pause(): void;
  /** Goes on, spread over each interval. Runs of passes or failures from before the pause are forgotten, health is not. */
  resume(): void;
  /** Stops every monitor; a later `watch` does nothing. */
  close(): Promise<void>;
  /** Monitors that are watching. */
  active(): number;
}
