/**
 * What the forward machine knows of a technology. An adapter turns a service into tunnels; a tunnel is one running way
 * to the remote end, with a private endpoint that only the relay and the probes connect to.
 */
import type { Carrier, CarrierRequest } from '../transport/carrier.ts';

export interface Tunnel extends Carrier {
  /** What a start from nothing takes there, in ms, where a start may take less; null or absent: not known. */
  readonly usualStartMs?: number | null;
  /** Its process is stopped: what comes next must not share it. Without effect on a tunnel that shares nothing. */
  condemn?(): void;
}

export type TunnelRequest = CarrierRequest;

export interface TunnelAdapter {
  /** Starts at once and never throws: every failure is the value of `ready` and `ended`. */
  open(request: TunnelRequest): Tunnel;
}
