/**
 * The lifecycle that every carrier guarantees. Invariants:
 *
 * 1. `ready` and `ended` settle once each; the first call counts.
 * 2. `ready` settles no later than `ended`, and then with the cause of the end.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { Carrier, CarrierEnd, TransportProof } from './carrier.ts';

/** The end of a carrier that has no process of its own. */
export const noChild = { exitCode: null, signal: null, lastLines: [] } as const;

/** Why a carrier that was stopped on request is not ready and never will be. */
export const stoppedByUs = describeCause('exited', { ending: 'it was stopped' });

export class CarrierLife {
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #complaintListeners: ((cause: Cause) => void)[] = [];
  #resolveReady: (result: Result<Endpoint, Cause>) => void = () => undefined;
  #resolveEnded: (end: CarrierEnd) => void = () => undefined;

  constructor() {
    this.ready = new Promise((resolve) => (this.#resolveReady = resolve));
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  settleReady(result: Result<Endpoint, Cause>): void {
    this.#resolveReady(result);
  }

  end(end: CarrierEnd): void {
    this.#resolveReady(err(end.cause ?? stoppedByUs));
    this.#resolveEnded(end);
  }

  onComplaint(listener: (cause: Cause) => void): void {
    this.#complaintListeners.push(listener);
  }

  complain(cause: Cause): void {
    for (const listener of this.#complaintListeners) listener(cause);
  }
}

/** What all carriers have in common. */
export abstract class LivingCarrier implements Carrier {
  readonly id: string;
  abstract readonly pid: number | null;
  protected readonly life = new CarrierLife();
  readonly ready = this.life.ready;
  readonly ended = this.life.ended;

  protected constructor(id: string) {
    this.id = id;
  }

  onComplaint(listener: (cause: Cause) => void): void {
    this.life.onComplaint(listener);
  }

  abstract proveTransport(deadlineMs: number, isRoutine?: boolean): Promise<TransportProof>;
  abstract stop(options?: { readonly force?: boolean }): Promise<CarrierEnd>;
}
