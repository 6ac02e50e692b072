/** Determines the health of a target: which probe to send, and what its results mean. */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';
import type { TargetProbe } from '../../../shared/service-spec.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { TunnelEvidence } from './check-report.ts';
import type { ProbeResult } from './probe.ts';

export type FinishedProbe = Exclude<ProbeResult, { readonly kind: 'canceled' }>;

export interface TargetJudge {
  readonly health: Health;
  /** Why the target is unhealthy; null otherwise. */
  readonly cause: Cause | null;
  /** The target is unhealthy, and another tunnel may help. */
  readonly mayHelp: boolean;
  /** Failures that call for an early next probe. */
  readonly failuresInRow: number;
  /** The probe to send now; null: none. `isStrict`: there is a reason to suspect the tunnel. */
  nextProbe(isStrict: boolean): TargetProbe | null;
  /** The result of that probe, and what it shows about the tunnel. */
  onResult(result: FinishedProbe, evidence: TunnelEvidence): void;
  /** Only the transport was probed. */
  onTransportOnly(transport: TransportProof): void;
  /** Forgets consecutive passes or failures from before an interruption. */
  interrupt(): void;
}

/** For a service without a check: only its tunnel is probed. */
export const unjudged: TargetJudge = {
  health: 'ready',
  cause: null,
  mayHelp: false,
  failuresInRow: 0,
  nextProbe: () => null,
  onResult: () => undefined,
  onTransportOnly: () => undefined,
  interrupt: () => undefined,
};
