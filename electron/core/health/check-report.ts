/** What one check, or one proof, reports to the forward machine. */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';

/** What a check says about the tunnel, whatever it says about the service behind it. */
export type TunnelEvidence =
  /** Bytes came back through this tunnel, or its transport answered a question. */
  | { readonly kind: 'answered' }
  /** A connection stayed open, no more: nothing speaks against it. */
  | { readonly kind: 'open' }
  /** Nothing was asked of the target, and nothing speaks against the tunnel: its process runs. */
  | { readonly kind: 'untried' }
  /** No answer in time. */
  | { readonly kind: 'silent' }
  /** The check failed in a way that leaves it open whose fault it is. */
  | { readonly kind: 'none' }
  /** It can never answer: its process is stopped, its endpoint takes no connection. */
  | { readonly kind: 'dead'; readonly cause: Cause };

export interface CheckReport {
  /** Monotonic ms. What happened later is not settled by it. */
  readonly startedAt: number;
  /** Asked for because of a suspicion or an interruption: a connection that merely stays open is then no proof. */
  readonly isStrict: boolean;
  readonly evidence: TunnelEvidence;
  /** After thresholds: all checks of this tunnel are counted in one place. */
  readonly health: Health;
  /** Why it is unhealthy; null while it is not. */
  readonly cause: Cause | null;
  /** It is unhealthy, and another tunnel may lead to a better end: another pod, or a way that works. */
  readonly mayHelp: boolean;
  /** How long the far end took to answer; null when the check did not pass, or nothing was measured. */
  readonly tookMs: number | null;
}
