/**
 * What the forward machine knows of a technology. An adapter turns a service into tunnels; a tunnel is one running way
 * to the remote end, with a private endpoint that only the relay and the probes connect to.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Logger } from '../observability/logger.ts';

/** Where a tunnel listens. Both kinds are options for `net.connect`. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** How a tunnel ended. The first cause of an end wins: what follows it is only consequence. */
export interface TunnelEnd {
  /** null when it ended because we asked it to. */
  readonly cause: Cause | null;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of stderr, oldest first, secrets redacted. */
  readonly lastLines: readonly string[];
}

/** Whether the way to the other machine works. Asked on suspicion, after a wake and with every regular check. */
export type TransportProof =
  /** The other machine answered just now: a round trip. */
  | { readonly kind: 'alive' }
  /** No answer within the deadline: slow or dead. */
  | { readonly kind: 'silent' }
  /** It can never answer: its process is stopped, its endpoint refuses, or the tunnel has ended. */
  | { readonly kind: 'dead'; readonly cause: Cause }
  /** Its process runs, and this technology has no round trip. */
  | { readonly kind: 'unprovable' };

export interface Tunnel {
  /** Unique for the life of the app. */
  readonly id: string;
  /** Process id of the child; null for an in-process tunnel or when the child could not be started. */
  readonly pid: number | null;
  /** Settles once: the endpoint when connections are accepted there, or the cause why that will never happen. */
  readonly ready: Promise<Result<Endpoint, Cause>>;
  /** Settles once, after the child is reaped and the endpoint is gone. Always settles, also after a failed start. */
  readonly ended: Promise<TunnelEnd>;
  /** Settles once the other machine has answered, at readiness at the latest; never when it does not. Absent: not known. */
  readonly answered?: Promise<void>;
  /** Settles when a login has begun, if that can be told. */
  readonly loggingIn?: Promise<void>;
  /** Settles once the first host on the way has let us in, and another one follows. Absent: not known. */
  readonly letIn?: Promise<void>;
  /** What a start from nothing takes there, in ms, where a start may take less; null or absent: not known. */
  readonly usualStartMs?: number | null;
  /**
   * A failure that only a client's connection revealed, told by the tunnel's own words: "channel 3: open failed".
   * The tunnel itself goes on.
   */
  onComplaint(listener: (cause: Cause) => void): void;
  /** Whatever runs at the far end: this asks for the way to it. Settles within `deadlineMs`, never rejects. */
  proveTransport(deadlineMs: number): Promise<TransportProof>;
  /** Its process is stopped: what comes next must not share it. Without effect on a tunnel that shares nothing. */
  condemn?(): void;
  /** Asks politely, insists after a deadline, and resolves like `ended`. Idempotent. `force` kills at once. */
  stop(options?: { readonly force?: boolean }): Promise<TunnelEnd>;
}

export interface TunnelRequest {
  readonly id: string;
  readonly service: ServiceSpec;
  readonly log: Logger;
  /**
   * The user asked for this try, or what its last failure depended on has changed: it is made although the same login has
   * just failed.
   */
  readonly insisted?: boolean;
}

export interface TunnelAdapter {
  /** Starts at once and never throws: every failure is the value of `ready` and `ended`. */
  open(request: TunnelRequest): Tunnel;
  /** The computer slept, or has another network: a connection that is being made may never be answered. */
  interrupted?(): void;
  /** Ends what tunnels have shared, when all of them have been stopped. */
  close?(options?: { readonly force?: boolean }): Promise<void>;
}
