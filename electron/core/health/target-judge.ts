/** How the health of a target is found out: what to ask it, and what the answers amount to. */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';
import type { TargetProbe } from '../../../shared/service-spec.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { TunnelEvidence } from './check-report.ts';
import type { ProbeResult } from './probe.ts';

export type FinishedProbe = Exclude<ProbeResult, { readonly kind: 'cancelled' }>;

export interface TargetJudge {
  readonly health: Health;
  /** Why it is unhealthy; null while it is not. */
  readonly cause: Cause | null;
  /** It is unhealthy, and another tunnel may help. */
  readonly mayHelp: boolean;
  /** Failures that call for another question soon. */
  readonly failuresInRow: number;
  /** What to ask the target now; null: nothing. `isStrict`: something gave reason to doubt. */
  question(isStrict: boolean): TargetProbe | null;
  /** What came of the question, and what that says of the tunnel. */
  heard(result: FinishedProbe, evidence: TunnelEvidence): void;
  /** Nothing was asked but the transport. */
  onlyTransportAsked(transport: TransportProof): void;
  /** Runs of passes or failures from before an interruption count no more. */
  interrupt(): void;
}

/** Of a service without a check: its tunnel is all that is asked. */
export const unjudged: TargetJudge = {
  health: 'ready',
  cause: null,
  mayHelp: false,
  failuresInRow: 0,
  question: () => null,
  heard: () => undefined,
  onlyTransportAsked: () => undefined,
  interrupt: () => undefined,
};
