/** A forward's lease of its transport for as long as the forward is on. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { type ContextPin, isSamePin } from './context-pin.ts';
import { transportKeyOf, type TransportKey } from './transport-key.ts';

/** Notifications from the transport to a forward. */
export interface LeaseListener {
  /** Start no tunnel before `onUp`: it would fail. Called again when the reason changes. */
  readonly onDown: (cause: Cause) => void;
  readonly onUp: () => void;
  /** The transport did not answer, or another connection takes over: its tunnels should prove themselves. */
  readonly onSuspected: () => void;
  /** A new connection is ready, and tunnels should move to it: the old one was opened with outdated settings. */
  readonly onRenewed: () => void;
  /** The service now uses another transport, because its kubeconfig names another context. */
  readonly onMoved: () => void;
  readonly clientsWait: () => boolean;
}

/** A transport as its leases see it. */
export interface LeasedTransport {
  readonly key: TransportKey;
  /** Why this service cannot be served now; null: no reason is known. */
  downFor(service: ServiceSpec): Cause | null;
  /** When it retries automatically, monotonic ms, in the past while it does; null: it does not. */
  readonly nextTryAt: number | null;
  join(lease: TransportLease): void;
  leave(lease: TransportLease): void;
  /** The user wants an attempt now instead of waiting for the next one. */
  demand(): void;
  // Optional, for transports that know more than whether they are up:
  /** The reason why the service cannot be served is watched: an extra attempt would not learn more. */
  isCertain?(service: ServiceSpec): boolean;
  /** What is unusual about how it serves this service; null: nothing. */
  noteFor?(service: ServiceSpec): string | null;
  /** The lease has another service on the same transport. */
  changed?(lease: TransportLease): void;
  /** A tunnel failed, or its checks did. */
  failed?(service: ServiceSpec, cause: Cause): void;
}

export interface LeaseParts {
  readonly find: (service: ServiceSpec, key: TransportKey) => LeasedTransport;
  /** The current context for a service that names none; null: it names one, or does not need one. */
  readonly pin: (service: ServiceSpec) => ContextPin | null;
  /** The leases that stay with a context: they are to be asked to `checkContext`. */
  readonly pinned: Set<TransportLease>;
}

export class TransportLease {
  readonly listener: LeaseListener;
  readonly #parts: LeaseParts;
  /** As given in the config. */
  #given: ServiceSpec | null = null;
  /** False: the service is idle, and only its context stays pinned. */
  #isUsed = true;
  /** With its pinned context. */
  #service: ServiceSpec | null = null;
  #pin: ContextPin | null = null;
  #otherContext: string | null = null;
  #transport: LeasedTransport | null = null;
  /** The reason that the forward was last notified of, or could see when the lease began. */
  #reported: Cause | null = null;

  constructor(listener: LeaseListener, parts: LeaseParts) {
    this.listener = listener;
    this.#parts = parts;
  }

  /** null: nothing is leased. */
  get service(): ServiceSpec | null {
    return this.#service;
  }

  /** Why no tunnel should be started now; null: no reason is known. */
  get down(): Cause | null {
    return this.#service === null ? null : (this.#transport?.downFor(this.#service) ?? null);
  }

  /** See `LeasedTransport`. */
  get isCertain(): boolean {
    return this.#service !== null && this.#transport?.isCertain?.(this.#service) === true;
  }

  /** See `LeasedTransport`. */
  get note(): string | null {
    return this.#service === null ? null : (this.#transport?.noteFor?.(this.#service) ?? null);
  }

  /** kubectl's current context, if it differs from the service's pinned one; null: it does not. */
  get otherContext(): string | null {
    return this.#otherContext;
  }

  get nextTryAt(): number | null {
    return this.#transport?.nextTryAt ?? null;
  }

  /**
   * Leases the transport of this service from now on; null: none. `isUsed` false: not yet, but it stays with the current
   * context. Does nothing if nothing has changed.
   */
  take(service: ServiceSpec | null, isUsed = true): void {
    if (service === this.#given && isUsed === this.#isUsed) return;
    this.#isUsed = isUsed;
    if (service === this.#given) return this.#lease();
    this.#given = service;
    const pin = service === null ? null : this.#parts.pin(service);
    // The context stays pinned for as long as the service is on.
    const stays = pin !== null && this.#pin !== null && isSamePin(pin, this.#pin);
    if (!stays) this.#usePin(pin);
    this.#lease();
  }

  /** Checks for changes of the kubeconfig, or of which kubeconfig is used. */
  checkContext(): void {
    const pin = this.#given === null ? null : this.#parts.pin(this.#given);
    if (pin === null || this.#pin === null) return;
    if (isSamePin(pin, this.#pin) && this.#pin.context !== null) {
      this.#otherContext = pin.context === this.#pin.context ? null : pin.context;
      return;
    }
    const isOther = pin.context !== this.#pin.context;
    this.#usePin(pin);
    if (!isOther) return;
    this.#lease();
    this.listener.onMoved();
  }

  failed(cause: Cause): void {
    if (this.#service !== null) this.#transport?.failed?.(this.#service, cause);
  }

  demand(): void {
    this.#transport?.demand();
  }

  /** The transport has changed: notifies the forward if its own state has changed. */
  refresh(): void {
    const { down } = this;
    const before = this.#reported;
    this.#reported = down;
    if (down === null && before !== null) this.listener.onUp();
    if (down !== null && (before === null || before.code !== down.code || before.evidence !== down.evidence))
      this.listener.onDown(down);
  }

  #usePin(pin: ContextPin | null): void {
    this.#pin = pin;
    this.#otherContext = null;
    if (pin === null) this.#parts.pinned.delete(this);
    else this.#parts.pinned.add(this);
  }

  #lease(): void {
    const service = this.#given === null ? null : pinned(this.#given, this.#pin);
    this.#service = service;
    const key = service === null || !this.#isUsed ? null : transportKeyOf(service);
    const before = this.#transport;
    if (service !== null && key !== null && before?.key.id === key.id) before.changed?.(this);
    else {
      this.#transport = service === null || key === null ? null : this.#parts.find(service, key);
      before?.leave(this);
      this.#transport?.join(this);
    }
    const wasDown = this.#reported !== null;
    this.#reported = this.down;
    if (service !== null && wasDown && this.#reported === null) this.listener.onUp();
  }
}

const pinned = (service: ServiceSpec, pin: ContextPin | null): ServiceSpec =>
  pin === null || service.connection.technology !== 'kubectl'
    ? service
    : { ...service, connection: { ...service.connection, context: pin.context } };
