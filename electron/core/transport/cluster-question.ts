/** One question to a cluster: can it be reached, and is it well? */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';

export type ClusterFinding =
  | { readonly kind: 'well' }
  /** It answered, but not as a cluster should: no tunnel is known to fail for it. */
  | { readonly kind: 'unwell'; readonly cause: Cause }
  | { readonly kind: 'unreachable'; readonly cause: Cause }
  /** The program that asks could not be started: nothing was learned. The tunnels need the same one, and say so. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'cancelled' };

/** Settles within a bounded time, soon after `signal` aborts, with nothing left running. Never rejects. */
export type ClusterProber = (question: ClusterQuestion) => Promise<ClusterFinding>;

export interface ClusterQuestion {
  /** The services that share the cluster and are on; at least one. */
  readonly services: readonly [ServiceSpec, ...ServiceSpec[]];
  /** Nothing else points to a fault: one failed command is repeated before it is believed. */
  readonly isRoutine: boolean;
  readonly signal: AbortSignal;
}

/** Asks that its restarts wait until the cluster is well, not only until it can be reached. */
export const isClusterAware = (service: ServiceSpec): boolean => service.healthCheck.clusterAware;
