/**
 * A carrier is one live way to another machine: a child process, or a connection of our own. A transport has one at a time,
 * and a second one while it makes before it breaks; a kubectl, command or tcp tunnel is a carrier of its own.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { Logger } from '../observability/logger.ts';

/** How a carrier ended. The first cause of an end wins: what follows it is only consequence. */
export interface CarrierEnd {
  /** null when it ended because we asked it to. */
  readonly cause: Cause | null;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The other side ended it because nothing went through it. */
  readonly isUnused?: boolean;
  /** The last lines of stderr, oldest first, secrets redacted. */
  readonly lastLines: readonly string[];
}

/** Whether the way to the other machine works. Asked on suspicion, after a wake and a network change, and with regular checks. */
export type TransportProof =
  /** The other machine answered: a round trip just now, or, to a routine question, what keeps the connection alive. */
  | { readonly kind: 'alive' }
  /** No answer within the deadline: slow or dead. */
  | { readonly kind: 'silent' }
  /** It can never answer: its process is stopped, its endpoint refuses, or the tunnel has ended. */
  | { readonly kind: 'dead'; readonly cause: Cause }
  /** Its process runs, and this technology has no round trip. */
  | { readonly kind: 'unprovable' };

export interface Carrier {
  /** Unique for the life of the app. */
  readonly id: string;
  /** Process id of the child; null for one without a child or when the child could not be started. */
  readonly pid: number | null;
  /**
   * A human is asked by a program of this machine just now: it outlasts a change of the network, and another carrier would ask once
   * more. Absent: never.
   */
  readonly asksHuman?: boolean;
  /** Settles once: the endpoint when connections are accepted there, or the cause why that will never happen. */
  readonly ready: Promise<Result<Endpoint, Cause>>;
  /** Settles once, after the child is reaped and the endpoint is gone. Always settles, also after a failed start. */
  readonly ended: Promise<CarrierEnd>;
  /** Settles once the other machine has answered, at readiness at the latest; never when it does not. Absent: not known. */
  readonly answered?: Promise<void>;
  /** Settles when a login has begun, if that can be told. */
  readonly loggingIn?: Promise<void>;
  /** Settles once the first host on the way has let us in, and another one follows. Absent: not known. */
  readonly letIn?: Promise<void>;
  /**
   * A failure that only a client's connection revealed, told by the tunnel's own words: "channel 3: open failed".
   * The tunnel itself goes on.
   */
  onComplaint(listener: (cause: Cause) => void): void;
  /**
   * Whatever runs at the far end: this asks for the way to it. Settles within `deadlineMs`, never rejects. `isRoutine`: nothing gives
   * reason to ask.
   */
  proveTransport(deadlineMs: number, isRoutine?: boolean): Promise<TransportProof>;
  /** Asks it to end, kills it after a deadline, and resolves like `ended`. Idempotent. `force` kills at once. */
  stop(options?: { readonly force?: boolean }): Promise<CarrierEnd>;
}

export interface CarrierRequest {
  readonly id: string;
  readonly service: ServiceSpec;
  readonly log: Logger;
  /**
   * The user asked for this try, or what its last failure depended on has changed: it is made although the same login has
   * just failed.
   */
  readonly insisted?: boolean;
  /** What its clients' connections show; absent: nobody looks. */
  readonly traffic?: CarrierTraffic;
}

export interface CarrierTraffic {
  /** Bytes of its clients wait to go out: an answer may be slow for that reason alone. */
  readonly hasQueuedBytes: () => boolean;
  /** Bytes that have come back to its clients so far. */
  readonly bytesReceived: () => number;
}
