/**
 * The forward machine's view of a technology. An adapter opens tunnels for a service; a tunnel is one running
 * connection to the remote end, with a private endpoint that only the relay and the probes connect to.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Carrier, CarrierRequest, CarrierTraffic } from '../transport/carrier.ts';

export interface Tunnel extends Carrier {
  /** How long a full start usually takes in ms, where this start may be faster; null or absent: unknown. */
  readonly usualStartMs?: number | null;
  /** Marks the shared connection as dead, so that later tunnels do not use it. Absent: nothing is shared. */
  condemn?(cause: Cause): void;
  /** Calls the listener when the tunnel should be probed although no client has reported a problem. Absent: never. */
  onSuspicion?(listener: () => void): void;
}

export interface TunnelRequest extends CarrierRequest {
  /** Absent: not monitored. */
  readonly traffic?: CarrierTraffic;
}

/** For tunnels whose connections are not monitored. */
export const noTraffic: CarrierTraffic = { hasQueuedBytes: () => false, bytesReceived: () => 0 };

export interface TunnelAdapter {
  /** Starts at once and never throws: every failure is a value of `ready` and `ended`. */
  open(request: TunnelRequest): Tunnel;
  /** Releases clients that have outlived their tunnel and wait for the next one. */
  close?(): void;
}
