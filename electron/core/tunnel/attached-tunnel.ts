/**
 * A tunnel on a shared connection: the common part of ssh forwards and streams to pods. Invariants:
 *
 * 1. `ready` and `ended` settle once each, `ended` last.
 * 2. It ends when its connection ends, with the same cause. Its own end affects no other tunnel on that connection.
 */
import type { Cause } from '../../../shared/failure.ts';
import { type Clock, withDeadline } from '../clock.ts';
import { LivingCarrier, noChild, stoppedByUs } from '../transport/carrier-life.ts';
import type { CarrierEnd, TransportProof } from '../transport/carrier.ts';
import type { Attachment } from '../transport/carrier-attachment.ts';
import type { Tunnel } from './tunnel-adapter.ts';

export interface AttachedTunnelParts {
  readonly clock: Clock;
  readonly attachment: Attachment;
}

/** A stuck connection must not keep a tunnel from stopping. */
export const closeDeadlineMs = 500;

export abstract class AttachedTunnel extends LivingCarrier implements Tunnel {
  readonly #clock: Clock;
  readonly #attachment: Attachment;
  readonly #opening: Promise<void>;
  /** Set once the tunnel is ending. */
  #endCause: Cause | null = null;

  protected constructor(id: string, { clock, attachment }: AttachedTunnelParts) {
    super(id);
    this.#clock = clock;
    this.#attachment = attachment;
    void attachment.ended.then((end) => this.end({ ...end, cause: end.cause ?? stoppedByUs }));
    this.#opening = this.#open();
  }

  override get pid(): number | null {
    return this.#attachment.pid;
  }

  get usualStartMs(): number | null {
    return this.#attachment.openedInMs;
  }

  override async proveTransport(deadlineMs: number, isRoutine = false): Promise<TransportProof> {
    const proof = this.#endCause === null ? await this.#attachment.prove(deadlineMs, isRoutine) : null;
    return this.#endCause === null && proof !== null
      ? proof
      : { kind: 'dead', cause: this.#endCause ?? stoppedByUs };
  }

  condemn(cause: Cause): void {
    this.#attachment.condemn(cause);
  }

  override stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    void this.end({ ...noChild, cause: null }, options);
    return this.ended;
  }

  /** Sets up the tunnel once the shared connection is ready. */
  protected abstract openOn(socketPath: string): Promise<void>;

  /** Runs before the connection is released. null: release it at once, so that no unneeded login starts. */
  protected abstract close(end: CarrierEnd, force: boolean): Promise<void> | null;

  /** Runs once nothing is being opened any more, while the connection is released; removes local files. */
  protected abstract cleanUp(): Promise<unknown>;

  protected hasEnded(): boolean {
    return this.#endCause !== null;
  }

  protected async end(end: CarrierEnd, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    if (this.#endCause !== null) return;
    this.#endCause = end.cause ?? stoppedByUs;
    const closing = this.close(end, force);
    if (closing !== null) await closing;
    const left = this.#attachment.detach({ force });
    // A forward that is being opened closes itself again, and may just have made its files.
    await withDeadline(this.#clock, closeDeadlineMs, this.#opening);
    await this.cleanUp();
    await left;
    this.life.end(end);
  }

  async #open(): Promise<void> {
    const shared = await this.#attachment.ready;
    if (this.hasEnded()) return;
    if (!shared.ok) {
      // The attachment's `ended` has the same cause and more details.
      this.life.settleReady(shared);
      return;
    }
    if (shared.value.kind !== 'unix') throw new Error('a shared connection must have a Unix socket');
    await this.openOn(shared.value.path);
  }
}
