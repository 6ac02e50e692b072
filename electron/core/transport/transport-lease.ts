/** What binds a forward to its transport for as long as it is on: what the two tell each other. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { type ContextPin, isSamePlace } from './context-pin.ts';
import { transportKeyOf, type TransportKey } from './transport-key.ts';

/** What a forward hears from its transport. */
export interface LeaseListener {
  /** Start no tunnel before `onUp`: it could only fail. Told again when the reason changes. */
  readonly onDown: (cause: Cause) => void;
  readonly onUp: () => void;
  /** It did not answer, or another one takes over: what runs on it should prove itself. */
  readonly onDoubt: () => void;
  /** What runs on it should move to another one, which is there: it was made from what is out of date. */
  readonly onRenewed: () => void;
  /** Another transport is meant: the environment was not known before. */
  readonly onMoved: () => void;
  readonly clientsWait: () => boolean;
}

/** A transport as its leases see it. */
export interface LeasedTransport {
  readonly key: TransportKey;
  /** Why this service cannot be served now; null: nothing speaks against it. */
  downFor(service: ServiceSpec): Cause | null;
  /** When it tries again by itself, monotonic ms, in the past while it does; null: not by itself. */
  readonly nextTryAt: number | null;
  join(lease: TransportLease): void;
  leave(lease: TransportLease): void;
  /** The user wants a try, which it holds back: now. */
  demand(): void;
  // For one that knows more than whether it is up:
  /** That the service cannot be served is watched: a try would find out nothing more. */
  isCertain?(service: ServiceSpec): boolean;
  /** What is unusual about how it serves this service; null: nothing. */
  noteFor?(service: ServiceSpec): string | null;
  /** The service of a lease is another one, on the same transport. */
  changed?(lease: TransportLease): void;
  /** A tunnel failed, or its checks did. */
  failed?(service: ServiceSpec, cause: Cause): void;
}

export interface LeaseParts {
  readonly find: (service: ServiceSpec, key: TransportKey) => LeasedTransport;
  /** What a service that names no context means now; null: it names one, or needs none. */
  readonly pin: (service: ServiceSpec) => ContextPin | null;
}

export class TransportLease {
  readonly listener: LeaseListener;
  readonly #parts: LeaseParts;
  /** As the config has it. */
  #given: ServiceSpec | null = null;
  /** With the context that it came up with. */
  #service: ServiceSpec | null = null;
  #pin: ContextPin | null = null;
  #otherContext: string | null = null;
  #transport: LeasedTransport | null = null;
  /** What the forward was told last, or could see when the lease began. */
  #told: Cause | null = null;

  constructor(listener: LeaseListener, parts: LeaseParts) {
    this.listener = listener;
    this.#parts = parts;
  }

  /** null: nothing is leased. */
  get service(): ServiceSpec | null {
    return this.#service;
  }

  /** Why no tunnel should be started now; null: nothing speaks against it. */
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

  /** kubectl's current context, where the service stays with another one; null: it does not. */
  get otherContext(): string | null {
    return this.#otherContext;
  }

  get nextTryAt(): number | null {
    return this.#transport?.nextTryAt ?? null;
  }

  /** Leases the transport of this service from now on; null: none. Does nothing when nothing has changed. */
  take(service: ServiceSpec | null): void {
    if (service === this.#given) return;
    this.#given = service;
    const pin = service === null ? null : this.#parts.pin(service);
    // It stays with the context that it came up with for as long as it is on.
    const stays = pin !== null && this.#pin !== null && isSamePlace(pin, this.#pin);
    if (!stays) this.#usePin(pin);
    this.#lease();
  }

  /** The kubeconfig, or which one is meant, may be another by now. */
  lookAtContext(): void {
    const pin = this.#given === null ? null : this.#parts.pin(this.#given);
    if (pin === null || this.#pin === null) return;
    if (isSamePlace(pin, this.#pin) && this.#pin.context !== null) {
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

  /** The transport has changed: tells the forward what that means for it, if it is news. */
  lookUp(): void {
    const { down } = this;
    const before = this.#told;
    this.#told = down;
    if (down === null && before !== null) this.listener.onUp();
    if (down !== null && (before === null || before.code !== down.code || before.evidence !== down.evidence))
      this.listener.onDown(down);
  }

  #usePin(pin: ContextPin | null): void {
    this.#pin = pin;
    this.#otherContext = null;
  }

  #lease(): void {
    const service = this.#given === null ? null : pinned(this.#given, this.#pin);
    this.#service = service;
    const key = service === null ? null : transportKeyOf(service);
    const before = this.#transport;
    if (service !== null && key !== null && before?.key.id === key.id) before.changed?.(this);
    else {
      this.#transport = service === null || key === null ? null : this.#parts.find(service, key);
      before?.leave(this);
      this.#transport?.join(this);
    }
    const wasDown = this.#told !== null;
    this.#told = this.down;
    if (service !== null && wasDown && this.#told === null) this.listener.onUp();
  }
}

const pinned = (service: ServiceSpec, pin: ContextPin | null): ServiceSpec =>
  pin === null || service.connection.technology !== 'kubectl'
    ? service
    : { ...service, connection: { ...service.connection, context: pin.context } };
