/**
 * What the forward machine knows of a technology. An adapter turns a service into tunnels; a tunnel is one running way
 * to the remote end, with a private endpoint that only the relay and the probes connect to.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Carrier, CarrierRequest, CarrierTraffic } from '../transport/carrier.ts';

export interface Tunnel extends Carrier {
  /** What a start from nothing takes there, in ms, where a start may take less; null or absent: not known. */
  readonly usualStartMs?: number | null;
  /** It can never answer: what comes next must not share it. Absent: it shares nothing. */
  condemn?(cause: Cause): void;
  /** It gives reason to ask for a proof, though no client does. Absent: it never does. */
  onSuspicion?(listener: () => void): void;
}

export type TunnelRequest = CarrierRequest;

/** Of a tunnel whose connections nobody watches. */
export const noTraffic: CarrierTraffic = { hasQueuedBytes: () => false, bytesReceived: () => 0 };

export interface TunnelAdapter {
  /** Starts at once and never throws: every failure is the value of `ready` and `ended`. */
  open(request: TunnelRequest): Tunnel;
  /** No client that has outlived its tunnel waits for the next one any more. */
  close?(): void;
}
