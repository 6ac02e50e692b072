/** What binds a forward to its transport for as long as it is on: what the two tell each other. */
import type { Cause, TriggerKind } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { transportKeyOf, type TransportKey } from './transport-key.ts';

/** What ends the wait of a forward whose transport is down. */
export const leaseTriggers: readonly TriggerKind[] = ['transport-up', 'config', 'user'];

/** What a forward hears from its transport. */
export interface LeaseListener {
  /** Start no tunnel before `onUp`: it could only fail. Told again when the reason changes. */
  readonly onDown: (cause: Cause) => void;
  readonly onUp: () => void;
  /** It did not answer, or another one takes over: what runs on it should prove itself. */
  readonly onDoubt: () => void;
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
  demand(lease: TransportLease): void;
  // For one that carries nothing, and has to be told:
  /** The service of a lease is another one, on the same transport. */
  changed?(): void;
  /** A tunnel has come up. */
  reached?(): void;
  /** A tunnel failed, or its checks did. */
  failed?(service: ServiceSpec, cause: Cause): void;
  /** A client waits. */
  hurry?(): void;
}

export class TransportLease {
  readonly listener: LeaseListener;
  readonly #find: (service: ServiceSpec, key: TransportKey) => LeasedTransport;
  #service: ServiceSpec | null = null;
  #transport: LeasedTransport | null = null;
  /** What the forward was told last, or could see when the lease began. */
  #told: Cause | null = null;

  constructor(listener: LeaseListener, find: (service: ServiceSpec, key: TransportKey) => LeasedTransport) {
    this.listener = listener;
    this.#find = find;
  }

  get service(): ServiceSpec | null {
    return this.#service;
  }

  /** Why no tunnel should be started now; null: nothing speaks against it. */
  get down(): Cause | null {
    return this.#service === null ? null : (this.#transport?.downFor(this.#service) ?? null);
  }

  get nextTryAt(): number | null {
    return this.#transport?.nextTryAt ?? null;
  }

  /** Leases the transport of this service from now on; null: none. Does nothing when nothing has changed. */
  take(service: ServiceSpec | null): void {
    if (service === this.#service) return;
    this.#service = service;
    const key = service === null ? null : transportKeyOf(service);
    const before = this.#transport;
    if (service !== null && key !== null && before?.key.id === key.id) before.changed?.();
    else {
      this.#transport = service === null || key === null ? null : this.#find(service, key);
      before?.leave(this);
      this.#transport?.join(this);
    }
    const wasDown = this.#told !== null;
    this.#told = this.down;
    if (service !== null && wasDown && this.#told === null) this.listener.onUp();
  }

  reached(): void {
    this.#transport?.reached?.();
  }

  failed(cause: Cause): void {
    if (this.#service !== null) this.#transport?.failed?.(this.#service, cause);
  }

  hurry(): void {
    this.#transport?.hurry?.();
  }

  demand(): void {
    this.#transport?.demand(this);
  }

  /** The user wants to know, and nothing can be found out: a try is the only way left. */
  findOut(): void {
    if (this.down !== null) this.listener.onUp();
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
}
