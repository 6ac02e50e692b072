/** Health monitoring as the forward runner sees it: watch a tunnel, hear of each check what it says. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Endpoint, TransportProof } from '../tunnel/tunnel-adapter.ts';
import type { CheckReport, TunnelEvidence } from './check-report.ts';

/** What is watched: one tunnel of one service. */
export interface HealthTarget {
  readonly service: ServiceSpec;
  readonly tunnelId: string;
  readonly endpoint: Endpoint;
  /** See `Tunnel.proveTransport`. */
  readonly proveTransport: (deadlineMs: number) => Promise<TransportProof>;
  /** Bytes of ours wait to go out through the tunnel: an answer may be slow for that reason alone. */
  readonly hasQueuedBytes: () => boolean;
}

/** Told after every check and every proof: a level, not an edge. */
export type ReportListener = (tunnelId: string, report: CheckReport) => void;

export interface HealthMonitor {
  /**
   * Asks the tunnel to prove itself at once, beside the regular checks and beside a pause. The result is counted and told
   * like that of any check. A call during a proof is answered by one more, which is strict if one of the calls wants it.
   * Resolves to the evidence, null when cancelled.
   */
  prove(isStrict: boolean): Promise<TunnelEvidence['kind'] | null>;
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
