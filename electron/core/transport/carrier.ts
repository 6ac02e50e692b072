/**
 * A carrier is one live connection to another machine: a child process, or a connection of our own. A transport has
 * one carrier at a time, and a second one while it replaces the first (make before break). A command or tcp tunnel is a
 * carrier of its own.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { Logger } from '../observability/logger.ts';

/** How a carrier ended. The first cause wins: later ones are only consequences. */
export interface CarrierEnd {
  /** null when it ended on our request. */
  readonly cause: Cause | null;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The other side closed it because it was idle. */
  readonly isUnused?: boolean;
  /** The last lines of stderr, oldest first, secrets redacted. */
  readonly lastLines: readonly string[];
}

/**
 * Whether the connection to the other machine works. Probed on suspicion, after a wake or a network change, and by
 * regular checks.
 */
export type TransportProof =
  /** The other machine answered: a round trip just now or, for a routine probe, a keepalive. */
  | { readonly kind: 'alive' }
  /** No answer within the deadline: slow or dead. */
  | { readonly kind: 'silent' }
  /** It can never answer: its process is stopped, its endpoint refuses, or it has ended. */
  | { readonly kind: 'dead'; readonly cause: Cause }
  /** Its process is running, and this technology has no round trip. */
  | { readonly kind: 'unprovable' };

export interface Carrier {
  /** Unique for the life of the app. */
  readonly id: string;
  /** Process id of the child; null if there is no child or it could not be started. */
  readonly pid: number | null;
  /**
   * A local program is prompting the user right now. Such a carrier is kept when the network changes, because a new
   * one would prompt again. Absent: never.
   */
  readonly isPromptingUser?: boolean;
  /** Settles once: with the endpoint when it accepts connections, or with the reason why it never will. */
  readonly ready: Promise<Result<Endpoint, Cause>>;
  /**
   * Settles once, after the child is reaped and the endpoint is gone. Always settles, even after a failed start.
   */
  readonly ended: Promise<CarrierEnd>;
  /**
   * Settles when the other machine first answers, at readiness at the latest. Never settles if it does not answer.
   * Absent: unknown.
   */
  readonly answered?: Promise<void>;
  /** Settles when a login has begun, if that can be detected. */
  readonly loggingIn?: Promise<void>;
  /** Settles when the login at the first hop has succeeded and another hop follows. Absent: unknown. */
  readonly hopPassed?: Promise<void>;
  /**
   * A failure of one client's connection, reported in the tunnel's output: "channel 3: open failed". The tunnel
   * itself keeps running.
   */
  onComplaint(listener: (cause: Cause) => void): void;
  /**
   * Probes the connection to the other machine, whatever runs there. Settles within `deadlineMs`, never rejects.
   * `isRoutine`: there is no particular reason to probe.
   */
  proveTransport(deadlineMs: number, isRoutine?: boolean): Promise<TransportProof>;
  /** Asks it to end, kills it after a deadline, and resolves like `ended`. Idempotent. `force` kills at once. */
  stop(options?: { readonly force?: boolean }): Promise<CarrierEnd>;
}

export interface CarrierRequest {
  /** Unique for the life of the app. */
  readonly id: string;
  readonly service: ServiceSpec;
  readonly log: Logger;
  /**
   * Requested by the user, or made because something that the last failure depended on has changed: tried even if
   * the same login has just failed.
   */
  readonly forced?: boolean;
}

/** What its clients' connections show. */
export interface CarrierTraffic {
  /** Client bytes are queued for sending, which alone may make an answer slow. */
  readonly hasQueuedBytes: () => boolean;
  /** Total bytes received for its clients so far. */
  readonly bytesReceived: () => number;
}

/** The server did not open the listener of a remote forward. */
export interface ListenRefusal {
  /** `8080`, or the path of a socket. */
  readonly place: string;
  /** ssh's own message. */
  readonly line: string;
  /**
   * The server's message if it forbids the listener: `Server has disabled port forwarding.` null: it could not open
   * it, because the address is in use.
   */
  readonly prohibition: string | null;
}
