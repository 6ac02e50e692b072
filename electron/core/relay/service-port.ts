/**
 * The client side of a service as the forward runner sees it: the local port, its waiting clients, and the relay that
 * splices them to a tunnel's endpoint. Implemented by `local-port.ts`, faked in the unit tests.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { Awaited } from './silence-watch.ts';

/** The tunnel that new connections go to. */
export interface Upstream {
  readonly tunnelId: string;
  readonly endpoint: Endpoint;
  /**
   * How long the trial of an unproven tunnel takes, in ms. One client's connection must stay open for this long, unread, or
   * receive a byte, before that client and all others are let through; if the connection closes before, the client goes back
   * into the hold. null: the tunnel is proven and takes clients at once.
   */
  readonly trialMs: number | null;
  /** A program of ours, which closes its connections in order even when it dies. Absent: there is none, or only the user's ssh. */
  readonly hasProcess?: boolean;
}

export interface PortCounters {
  readonly connections: number;
  readonly held: number;
  /** From clients to the remote end. */
  readonly bytesOut: number;
  /** From the remote end to clients. */
  readonly bytesIn: number;
}

/** What happens to clients while there is no upstream. */
export type ClientPolicy = 'hold' | 'refuse';

/** What a client's own connection shows about the target, without a check. */
export type ClientEvidence =
  /** Bytes came back. `since`: when the connection was opened or the request was sent; monotonic ms. */
  | { readonly kind: 'answered'; readonly since: number }
  /** Nothing came back within `forMs`: no answer to a request, or not even a connection. */
  | { readonly kind: 'silent'; readonly awaited: Awaited; readonly forMs: number }
  /**
   * The remote end ended a new connection, or one with an unanswered request, before a byte came back and before the client
   * had ended its half. The tunnel is alive. `at`: when; reported later, once the tunnel is known to be alive. Monotonic ms.
   */
  | { readonly kind: 'closed'; readonly at: number }
  /** A TLS alert, or the error page of an HTTPS server, came back to a client that did not use TLS. */
  | { readonly kind: 'tls-expected' }
  /** A connection to the target came back to this port: the service leads to itself. */
  | { readonly kind: 'looped' }
  /** The endpoint took no connection: `ECONNREFUSED`, `ENOTFOUND`; `ETIMEDOUT` when the client had to be given up. */
  | { readonly kind: 'unconnected'; readonly errno: string };

/** The current traffic through a tunnel. */
export interface TunnelTraffic {
  /** Bytes have come back on an open connection since the traffic was last read. */
  readonly isFlowing: boolean;
  /** When the newest connection that has stayed open for at least a second was opened; null: there is none. Monotonic ms. */
  readonly lastOpenedAt: number | null;
}

export interface ServicePortListener {
  /** A client arrived and there is no tunnel to send it to. */
  onDemand(): void;
  /**
   * A sign that the tunnel may be dead: it refuses or does not answer a connection, ends an unused one, or leaves a client's
   * bytes unanswered. At most once in 500 ms per tunnel.
   */
  onSuspicion(tunnelId: string, finding: string): void;
  onEvidence(tunnelId: string, evidence: ClientEvidence): void;
}

export interface ServicePort {
  /** The addresses at which the port is open; empty while it is closed. */
  readonly addresses: readonly string[];
  /** Binds 127.0.0.1 and ::1, or the addresses of `bind`, all or none; resolves to the open addresses or the cause. */
  open(): Promise<Result<readonly string[], Cause>>;
  /** Frees the port and ends every connection, including held ones. Idempotent; resolves when the port can be bound again. */
  close(): Promise<void>;
  /**
   * Sends new and held connections to this tunnel from now on; null: hold or refuse them. Spliced ones are not touched.
   * The same tunnel with `trialMs` null: its trial is over, and its connection is used.
   */
  setUpstream(upstream: Upstream | null): void;
  /** The remote end has refused a client of this tunnel: the next client is a trial again, for `trialMs`. */
  distrust(tunnelId: string, trialMs: number): void;
  /** The process of this tunnel has died: its connections were cut off, even if they seem to have ended in order. */
  tunnelEnded(tunnelId: string): void;
  /** `refuse` closes waiting clients at once and later ones as they arrive. */
  setClientPolicy(policy: ClientPolicy): void;
  /** How long clients that arrive from now on may wait, in ms. */
  setHoldTimeout(holdTimeoutMs: number): void;
  /** Whether bytes wait to be sent through this tunnel: an answer may be slow for that reason alone. */
  hasQueuedBytes(tunnelId: string): boolean;
  /** Bytes received from this tunnel on the connections that are open now. */
  bytesReceived(tunnelId: string): number;
  traffic(tunnelId: string): TunnelTraffic;
  /** Resolves when no connection goes through that tunnel anymore. */
  drained(tunnelId: string): Promise<void>;
  counters(): PortCounters;
}
