/**
 * A forward's use of its transport's carrier. Invariants:
 *
 * 1. `ready` and `ended` settle once each, for one carrier.
 * 2. Until a carrier is ready, the attachment may be moved to the next one without its user noticing.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { CarrierEnd, ListenRefusal, TransportProof } from './carrier.ts';
import { CarrierLife, noChild } from './carrier-life.ts';
import type { AttachedUser, CarrierUser, SharedCarrier } from './shared-carrier.ts';

/** A tunnel's use of a shared connection, whether LocalPort or the user opened it. */
export interface Attachment {
  readonly pid: number | null;
  /** How long the login took, in ms; null while it is in progress, or if there was none. */
  readonly openedInMs: number | null;
  /** The socket to use, or why there is none. */
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  /** Settles; never rejects. `isRoutine`: there is no particular reason to probe. */
  prove(deadlineMs: number, isRoutine?: boolean): Promise<TransportProof>;
  /** This connection is dead: later users need another one. */
  condemn(cause: Cause): void;
  /** Idempotent. Resolves when this attachment no longer keeps anything open. `force` kills what nobody else uses. */
  detach(options?: { readonly force?: boolean }): Promise<void>;
}

/** A tunnel's use of a connection that LocalPort opened, where the server may be asked to listen. */
export interface OwnAttachment extends Attachment {
  /** Connections that the remote end refused, by the forward's socket. */
  onRefusal(listener: (path: string, line: string) => void): void;
  /** Listeners that the server did not open, for any service. Returns a function that unsubscribes. */
  onListenRefused(listener: (refusal: ListenRefusal) => void): () => void;
  /**
   * Resolves when the server has answered a request that is sent now, and so has carried out all earlier ones, or
   * after `deadlineMs`. Never rejects.
   */
  roundTrip(deadlineMs: number): Promise<void>;
}

export class CarrierAttachment implements OwnAttachment {
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #user: AttachedUser;
  readonly #onDetached: () => void;
  readonly #life = new CarrierLife();
  readonly #refusalListeners: ((path: string, line: string) => void)[] = [];
  readonly #listenRefusalListeners = new Set<(refusal: ListenRefusal) => void>();
  #carrier: SharedCarrier | null = null;
  #isReady = false;
  /** The carrier was open before, so it may have died since, and its keepalive may not know that yet. */
  #mayBeDead = false;
  #hasDetached = false;

  constructor(user: CarrierUser, onDetached: () => void) {
    this.#user = {
      ...user,
      onRefusal: (path, line) => {
        for (const listener of this.#refusalListeners) listener(path, line);
      },
      onListenRefused: (refusal) => {
        for (const listener of this.#listenRefusalListeners) listener(refusal);
      },
    };
    this.#onDetached = onDetached;
    this.ready = this.#life.ready;
    this.ended = this.#life.ended;
  }

  /** null while it waits for one. */
  get carrier(): SharedCarrier | null {
    return this.#carrier;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get pid(): number | null {
    return this.#carrier?.pid ?? null;
  }

  get openedInMs(): number | null {
    return this.#carrier?.openedInMs ?? null;
  }

  onRefusal(listener: (path: string, line: string) => void): void {
    this.#refusalListeners.push(listener);
  }

  onListenRefused(listener: (refusal: ListenRefusal) => void): () => void {
    this.#listenRefusalListeners.add(listener);
    return () => this.#listenRefusalListeners.delete(listener);
  }

  async roundTrip(deadlineMs: number): Promise<void> {
    await this.#carrier?.roundTrip(deadlineMs);
  }

  /** See `SharedCarrier.prove`. */
  prove(deadlineMs: number, isRoutine = false): Promise<TransportProof> {
    if (this.#carrier === null) return Promise.resolve({ kind: 'unprovable' });
    const isTrusted = !this.#mayBeDead;
    this.#mayBeDead = false;
    return this.#carrier.prove(deadlineMs, isRoutine && isTrusted);
  }

  condemn(cause: Cause): void {
    this.#carrier?.condemn(cause);
  }

  attachTo(carrier: SharedCarrier): void {
    this.#carrier?.detach(this.#user);
    this.#carrier = carrier;
    this.#mayBeDead = carrier.openedInMs !== null;
    carrier.attach(this.#user);
    void carrier.ready.then((result) => {
      if (this.#carrier !== carrier) return;
      this.#isReady ||= result.ok;
      this.#life.settleReady(result);
    });
  }

  /** Waits for the next carrier. */
  wait(): void {
    this.#carrier?.detach(this.#user);
    this.#carrier = null;
  }

  end(end: CarrierEnd): void {
    this.#life.end(end);
  }

  async detach({ force = false }: { readonly force?: boolean } = {}): Promise<void> {
    if (this.#hasDetached) return;
    this.#hasDetached = true;
    const carrier = this.#carrier;
    this.#carrier = null;
    this.#life.end({ ...noChild, cause: null });
    carrier?.detach(this.#user);
    this.#onDetached();
    if (carrier?.isEmpty !== true) return;
    if (force) await carrier.stop({ force });
    else if (carrier.isStopping) await carrier.ended;
  }
}
