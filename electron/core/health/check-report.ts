/** The report of one check or proof to the forward machine. */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';

/** What a check shows about the tunnel, regardless of the service behind it. */
export type TunnelEvidence =
  /** Bytes came back through this tunnel, or its transport answered a probe. */
  | { readonly kind: 'answered' }
  /** A connection stayed open, but nothing came back. */
  | { readonly kind: 'open' }
  /** The target was not probed, and nothing speaks against the tunnel: its process is running. */
  | { readonly kind: 'untried' }
  /** No answer in time. */
  | { readonly kind: 'silent' }
  /** The check failed, but the failure does not show whether the tunnel is at fault. */
  | { readonly kind: 'none' }
  /** The tunnel can never answer: its process is stopped, or its endpoint accepts no connections. */
  | { readonly kind: 'dead'; readonly cause: Cause };

export interface CheckReport {
  /** Monotonic ms. The report says nothing about later events. */
  readonly startedAt: number;
  /** Requested after a suspicion or an interruption: a connection that merely stays open is then no proof. */
  readonly isStrict: boolean;
  readonly evidence: TunnelEvidence;
  /** After applying the thresholds: all checks of this tunnel are counted in one place. */
  readonly health: Health;
  /** Why the service is unhealthy; null otherwise. */
  readonly cause: Cause | null;
  /** The service is unhealthy, and another tunnel may help: it may reach another pod or use a working connection. */
  readonly mayHelp: boolean;
  /** How long the remote end took to answer; null if the check did not pass or nothing was measured. */
  readonly tookMs: number | null;
}
