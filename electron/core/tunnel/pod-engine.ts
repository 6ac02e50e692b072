/** What carries the clients of a forward to the pod that serves it: streams in the session of its context, or a kubectl of its own. */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { PodVerdict } from '../kube/pod-verdict.ts';
import type { CarrierEnd, TransportProof } from '../transport/carrier.ts';

export type ServingPod = Extract<PodVerdict, { readonly kind: 'pod' }>;

export interface PodEngine {
  /** Of a process of its own; null: there is none. */
  readonly pid: number | null;
  /** Once. The endpoint, or why there is none. Never rejects. */
  open(pod: ServingPod): Promise<Result<Endpoint, Cause>>;
  /** Another pod serves, or none. */
  follow(verdict: PodVerdict): void;
  /** It would have said by itself that the way to the pod's node is dead: without a reason, nobody has to be asked. */
  readonly isVouched: boolean;
  /** What it can tell by itself of that way; null: nothing, so that the API server has to be asked. Never rejects. */
  prove(deadlineMs: number): Promise<TransportProof | null>;
  /** `isDismissed`: the user has ended it, and nobody waits for what follows. */
  close(options: { readonly isDismissed: boolean; readonly force: boolean }): Promise<void> | null;
}

export interface EngineReports {
  readonly onEnd: (end: CarrierEnd) => void;
  readonly onComplaint: (cause: Cause) => void;
  /** The way may be dead, though no client says so. */
  readonly onSuspicion: () => void;
}
