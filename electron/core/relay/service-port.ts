/**
 * The client side of a service as the forward runner sees it: the local port, the clients that wait on it, and the
 * relay that splices them to a tunnel's endpoint. Implemented by `local-port.ts`, faked in the unit tests.
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
   * Not proven yet: one client tests it first. Its connection must stay open for this long, unread, or bring a byte,
   * before it and all others are let through; if it closes before, the client goes back into the hold. null: proven, takes
   * clients at once.
   */
  readonly trialMs: number | null;
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

/** What a client's own connection shows about the target. Nothing was asked for it. */
export type ClientEvidence =
  /** Bytes came back. `since`: when the connection was made, or the question was asked; monotonic ms. */
  | { readonly kind: 'answered'; readonly since: number }
  /** Nothing came back in this time, in ms: no bytes to a question, or not even a connection. */
  | { readonly kind: 'silent'; readonly awaited: Awaited; readonly forMs: number }
  /**
   * The far side ended a new connection, or one with a question in it, before a byte came back and before the client had
   * ended its half. The tunnel lives.
   */
  | { readonly kind: 'closed' }
  /** An alert of TLS, or the words of an HTTPS server, came back to a client that spoke plainly. */
  | { readonly kind: 'tls-expected' }
  /** What went out to the target came back to this port: it leads to itself. */
  | { readonly kind: 'looped' }
  /** The endpoint took no connection: `ECONNREFUSED`, `ENOTFOUND`; `ETIMEDOUT` when the client had to be given up. */
  | { readonly kind: 'unconnected'; readonly errno: string };

/** What flows through a tunnel at present. */
export interface TunnelTraffic {
  /** Bytes have come back on an open connection since the last look. */
  readonly isFlowing: boolean;
  /** When the newest of the connections was made that have stayed open for a second or longer; null: there is none. Monotonic ms. */
  readonly lastOpenedAt: number | null;
}

export interface ServicePortListener {
  /** A client arrived and there is no tunnel to send it to. */
  onDemand(): void;
  /**
   * A sign that the tunnel is dead: it refuses or does not answer a connection, ends one unused, or leaves a client's
   * bytes unanswered. At most once in 500 ms for each tunnel.
   */
  onSuspicion(tunnelId: string, finding: string): void;
  onEvidence(tunnelId: string, evidence: ClientEvidence): void;
}

export interface ServicePort {
  /** Where it is open; empty while it is not. */
  readonly addresses: readonly string[];
  /** Binds 127.0.0.1 and ::1, or what `bind` says, all of it or an explained failure; resolves to the addresses that are open. */
  open(): Promise<Result<readonly string[], Cause>>;
  /** Frees the port and ends every connection, held ones included. Idempotent; the port is bindable again when it resolves. */
  close(): Promise<void>;
  /**
   * Sends new and held connections to this tunnel from now on; null: hold or refuse them. Spliced ones are not touched.
   * The same tunnel with `trialMs` null: its trial is over, and its connection is used.
   */
  setUpstream(upstream: Upstream | null): void;
  /** The far end has refused a client of this tunnel: the next one tests it again, for `trialMs`, and goes back into the hold. */
  distrust(tunnelId: string, trialMs: number): void;
  /** `refuse` closes the waiting clients at once and later ones as they come. */
  setClientPolicy(policy: ClientPolicy): void;
  /** How long clients that arrive from now on may wait, in ms. */
  setHoldTimeout(holdTimeoutMs: number): void;
  /** Bytes wait to go out through this tunnel: an answer may be slow for that reason alone. */
  hasQueuedBytes(tunnelId: string): boolean;
  /** Bytes that have come out of this tunnel, on connections that are open. */
  bytesReceived(tunnelId: string): number;
  traffic(tunnelId: string): TunnelTraffic;
  /** Resolves when no connection goes through that tunnel any more. */
  drained(tunnelId: string): Promise<void>;
  counters(): PortCounters;
}
