/**
 * Carries the clients of a forward to the pod that serves: by streams in the session of its context, or by its own
 * kubectl.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { PodVerdict } from '../kube/pod-verdict.ts';
import type { CarrierEnd, TransportProof } from '../transport/carrier.ts';

export type ServingPod = Extract<PodVerdict, { readonly kind: 'pod' }>;

export interface PodEngine {
  /** The engine's own process; null if it has none. */
  readonly pid: number | null;
  /** Call once. Returns the endpoint, or the reason there is none. Never rejects. */
  open(pod: ServingPod): Promise<Result<Endpoint, Cause>>;
  /** Called when the serving pod changes; the verdict may be that there is none. */
  follow(verdict: PodVerdict): void;
  /**
   * True while the engine would report a dead connection to the pod's node on its own, so a routine check need not
   * probe it.
   */
  readonly isResponsive: boolean;
  /**
   * Probes the connection to the pod's node. null: the engine cannot tell, so the API server has to be probed. Never
   * rejects.
   */
  prove(deadlineMs: number): Promise<TransportProof | null>;
  /** `isDismissed`: the user stopped the forward, so its waiting clients are closed. */
  close(options: { readonly isDismissed: boolean; readonly force: boolean }): Promise<void> | null;
}

export interface EngineReports {
  readonly onEnd: (end: CarrierEnd) => void;
  readonly onComplaint: (cause: Cause) => void;
  /** The connection to the pod may be dead, although no client has noticed. */
  readonly onSuspicion: () => void;
}
