/**
 * One carrier of a transport and the forwards that ride on it. What is asked of it is asked once for all who wait for the
 * answer.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import { type Clock, withDeadline } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { findStopped } from '../process/process-state.ts';
import type { Carrier, CarrierEnd, CarrierTraffic, TransportProof } from './carrier.ts';
import type { ListenRefusal } from './ssh-output.ts';

/** Who uses a carrier. */
export interface Rider extends CarrierTraffic {
  readonly service: string;
  /** Where it leads. */
  readonly target: string;
}

/** What a carrier under way tells of itself. */
export interface CarrierReports {
  /** A connection was refused at the far end, by the forward's socket. */
  readonly onRefusal: (path: string, line: string) => void;
  /** The server did not open the far end of a remote forward, of whichever service. */
  readonly onListenRefused: (refusal: ListenRefusal) => void;
  /** The services that use it now. */
  readonly services: () => readonly string[];
  /** The login took a human. */
  readonly onHuman: () => void;
}

/** What each rider hears. */
export type RiderReports = Pick<CarrierReports, 'onRefusal' | 'onListenRefused'>;

export interface SharedCarrierListener {
  readonly onReady: () => void;
  readonly onEnded: (end: CarrierEnd) => void;
  /** Of every question, also of one that is answered late. */
  readonly onProof: (proof: TransportProof) => void;
  /** The last rider has left. */
  readonly onEmpty: () => void;
}

interface RunningProof {
  readonly answer: Promise<TransportProof>;
  /** Monotonic ms. */
  readonly givesUpAt: number;
}

/** An answer this young answers those who ask a moment later. */
const freshMs = 250;
/** A round trip takes no longer … */
const proofDeadlineMs = 1_000;
/** … unless our own bytes queue before it: 4 to 6 s were seen behind an upload at 1 Mbit/s. */
const queuedProofDeadlineMs = 10_000;

export class SharedCarrier {
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #clock: Clock;
  readonly #carrier: Carrier;
  readonly #listener: SharedCarrierListener;
  readonly #riders = new Map<Rider, RiderReports>();
  readonly #startedAt: number;
  #openedInMs: number | null = null;
  #tookHuman = false;
  #isEnded = false;
  #isStopping = false;
  #proof: RunningProof | null = null;
  #aliveAt = -Infinity;
  /** It has answered since it was last doubted or interrupted: from then on its own keepalive would end it within ten seconds. */
  #isVouched = false;
  #roundTripMs = 0;

  constructor(clock: Clock, open: (reports: CarrierReports) => Carrier, listener: SharedCarrierListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#startedAt = clock.now();
    this.#carrier = open({
      onRefusal: (path, line) => {
        for (const reports of this.#riders.values()) reports.onRefusal(path, line);
      },
      onListenRefused: (refusal) => {
        for (const reports of this.#riders.values()) reports.onListenRefused(refusal);
      },
      services: () => [...this.#riders.keys()].map(({ service }) => service),
      onHuman: () => {
        this.#tookHuman = true;
      },
    });
    this.ready = this.#carrier.ready;
    this.ended = this.#carrier.ended;
    void this.ready.then(({ ok }) => {
      if (!ok || this.#isEnded) return;
      this.#openedInMs = clock.now() - this.#startedAt;
      this.#isVouched = true;
      listener.onReady();
    });
    void this.ended.then((end) => {
      this.#isEnded = true;
      listener.onEnded(end);
    });
  }

  get pid(): number | null {
    return this.#carrier.pid;
  }

  /** How long the login took, in ms; null while it lasts. */
  get openedInMs(): number | null {
    return this.#openedInMs;
  }

  get tookHuman(): boolean {
    return this.#tookHuman;
  }

  get asksHuman(): boolean {
    return this.#carrier.asksHuman === true;
  }

  get isEmpty(): boolean {
    return this.#riders.size === 0;
  }

  /** The service rides on it to the same place, since before the moment before this one. */
  hasServed(service: string, target: string): boolean {
    const isOld =
      this.#openedInMs !== null && this.#clock.now() - this.#startedAt - this.#openedInMs > sameWishMs;
    return isOld && [...this.#riders.keys()].some((one) => one.service === service && one.target === target);
  }

  enter(rider: Rider, reports: RiderReports): void {
    this.#riders.set(rider, reports);
  }

  leave(rider: Rider): void {
    if (this.#riders.delete(rider) && this.isEmpty && !this.#isEnded) this.#listener.onEmpty();
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.#isStopping = true;
    return this.#carrier.stop(options);
  }

  /**
   * What is asked from now on is asked anew. The clock of Linux stands still while the computer sleeps, so an old answer looks fresh;
   * and the answer to a question from before may have been on this side already.
   */
  forgetAnswer(): void {
    this.#aliveAt = -Infinity;
    this.#isVouched = false;
    this.#proof = null;
  }

  /**
   * Settles within `deadlineMs` (or a little more than a second, or ten behind bytes of our own); never rejects. A routine question,
   * for which nothing gives reason, is none to the server: each would be a line in its log.
   */
  async prove(deadlineMs = 0, isRoutine = false): Promise<TransportProof> {
    if (isRoutine && this.#isVouched && !this.#isEnded) return this.#seeRunning();
    const startedAt = this.#clock.now();
    if (startedAt - this.#aliveAt < freshMs && !this.#isEnded) return { kind: 'alive' };
    const receivedBefore = this.#bytesReceived();
    for (;;) {
      const givesUpAt = startedAt + this.#patienceMs(deadlineMs);
      const leftMs = givesUpAt - this.#clock.now();
      const proof = this.#running(leftMs);
      const answer = await withDeadline(this.#clock, Math.max(0, leftMs), proof.answer);
      const isAnswered = answer !== 'deadline' && answer.kind !== 'silent';
      if (isAnswered) return answer;
      // Bytes that came since the question was asked are an answer, too.
      if (this.#hasReceivedSince(receivedBefore)) return this.#noteAlive(startedAt);
      const now = this.#clock.now();
      const isEarly = answer !== 'deadline' && now < proof.givesUpAt;
      if (isEarly || now >= startedAt + this.#patienceMs(deadlineMs)) {
        this.#isVouched = false;
        if (!this.#isEnded) this.#listener.onProof({ kind: 'silent' });
        return { kind: 'silent' };
      }
      // Somebody else was less patient, or bytes of ours began to queue.
    }
  }

  /** A round trip that begins now. Resolves within `deadlineMs`; never rejects. */
  async roundTrip(deadlineMs: number): Promise<void> {
    const answered = Promise.resolve(this.#proof?.answer).then(() => this.#running(deadlineMs).answer);
    await withDeadline(this.#clock, deadlineMs, answered);
  }

  /** A stopped process keeps its connection, and sends no keepalive either. */
  async #seeRunning(): Promise<TransportProof> {
    const { pid } = this;
    const isStopped = pid !== null && (await findStopped([pid])).has(pid);
    if (this.#isEnded || !isStopped) return { kind: 'alive' };
    const dead = { kind: 'dead', cause: describeCause('stopped') } as const;
    this.#listener.onProof(dead);
    return dead;
  }

  #patienceMs(deadlineMs: number): number {
    const isQueued = [...this.#riders.keys()].some((rider) => rider.hasQueuedBytes());
    return Math.max(
      deadlineMs,
      isQueued ? queuedProofDeadlineMs : Math.max(proofDeadlineMs, 2 * this.#roundTripMs),
    );
  }

  #bytesReceived(): ReadonlyMap<Rider, number> {
    return new Map([...this.#riders.keys()].map((rider) => [rider, rider.bytesReceived()]));
  }

  #hasReceivedSince(before: ReadonlyMap<Rider, number>): boolean {
    return [...this.#riders.keys()].some((rider) => rider.bytesReceived() > (before.get(rider) ?? Infinity));
  }

  #noteAlive(askedAt: number): TransportProof {
    this.#aliveAt = askedAt;
    this.#isVouched = true;
    const alive = { kind: 'alive' } as const;
    this.#listener.onProof(alive);
    return alive;
  }

  #running(deadlineMs: number): RunningProof {
    if (this.#proof !== null) return this.#proof;
    const askedAt = this.#clock.now();
    const answer = this.#carrier.proveTransport(Math.max(deadlineMs, 0)).then((proven) => {
      const isForgotten = this.#proof !== running;
      if (!isForgotten) this.#proof = null;
      if (this.#isEnded || isForgotten) return proven;
      if (proven.kind === 'alive') {
        this.#roundTripMs = this.#clock.now() - askedAt;
        return this.#noteAlive(askedAt);
      }
      if (proven.kind === 'dead') this.#listener.onProof(proven);
      return proven;
    });
    const running = { answer, givesUpAt: askedAt + deadlineMs };
    this.#proof = running;
    return running;
  }
}

/** What the user asks for of several services comes one after the other. */
const sameWishMs = 2_000;
