/**
 * One carrier of a transport and the forwards that use it. Forwards that want a proof at the same time share one
 * probe.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import { type Clock, withDeadline } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { findStopped } from '../process/process-state.ts';
import type { Carrier, CarrierEnd, CarrierTraffic, ListenRefusal, TransportProof } from './carrier.ts';
import { RoundTrips } from './round-trips.ts';

/** A user of a carrier. */
export interface CarrierUser extends CarrierTraffic {
  readonly service: string;
  /** The target. */
  readonly target: string;
}

/** Reports from a running carrier. */
export interface CarrierReports {
  /** A connection was refused at the remote end, by the forward's socket. */
  readonly onRefusal: (path: string, line: string) => void;
  /** The server did not open the listener of a remote forward, for any service. */
  readonly onListenRefused: (refusal: ListenRefusal) => void;
  /** The services that use it now. */
  readonly services: () => readonly string[];
  /** The login needed the user. */
  readonly onUserNeeded: () => void;
}

/** A user that gets the carrier's reports. */
export type AttachedUser = CarrierUser & Pick<CarrierReports, 'onRefusal' | 'onListenRefused'>;

export interface SharedCarrierListener {
  readonly onReady: () => void;
  readonly onEnded: (end: CarrierEnd) => void;
  /** Called for every probe, even for one that is answered late, and when the carrier is condemned. */
  readonly onProof: (proof: TransportProof) => void;
  /** The last user has left. */
  readonly onEmpty: () => void;
}

interface RunningProof {
  readonly answer: Promise<TransportProof>;
  /** Monotonic ms. */
  readonly deadlineAt: number;
}

/** An answer this recent is reused. */
const reuseMs = 250;
/** The deadline of a round trip … */
const proofDeadlineMs = 1_000;
/**
 * … and the deadline if our own bytes are queued before it: 4 to 6 s were measured behind an upload at 1 Mbit/s.
 */
const queuedProofDeadlineMs = 10_000;

export class SharedCarrier {
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #clock: Clock;
  readonly #carrier: Carrier;
  readonly #listener: SharedCarrierListener;
  readonly #users = new Set<AttachedUser>();
  readonly #startedAt: number;
  #openedInMs: number | null = null;
  #neededUser = false;
  #isEnded = false;
  #isStopping = false;
  #proof: RunningProof | null = null;
  #aliveAt = -Infinity;
  /**
   * It has answered since the last doubt or interruption. From then on, its own keepalive would end a dead
   * connection within ten seconds.
   */
  #isResponsive = false;
  readonly #roundTrips = new RoundTrips();

  constructor(clock: Clock, open: (reports: CarrierReports) => Carrier, listener: SharedCarrierListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#startedAt = clock.now();
    this.#carrier = open({
      onRefusal: (path, line) => {
        for (const user of this.#users) user.onRefusal(path, line);
      },
      onListenRefused: (refusal) => {
        for (const user of this.#users) user.onListenRefused(refusal);
      },
      services: () => [...this.#users].map(({ service }) => service),
      onUserNeeded: () => {
        this.#neededUser = true;
      },
    });
    this.ready = this.#carrier.ready;
    this.ended = this.#carrier.ended;
    void this.ready.then(({ ok }) => {
      if (!ok || this.#isEnded) return;
      this.#openedInMs = clock.now() - this.#startedAt;
      this.#isResponsive = true;
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

  get neededUser(): boolean {
    return this.#neededUser;
  }

  get isPromptingUser(): boolean {
    return this.#carrier.isPromptingUser === true;
  }

  get isEmpty(): boolean {
    return this.#users.size === 0;
  }

  /** The service has used it for the same target since before the latest user action. */
  hasServed(service: string, target: string): boolean {
    const isOld =
      this.#openedInMs !== null && this.#clock.now() - this.#startedAt - this.#openedInMs > sameActionMs;
    return isOld && [...this.#users].some((one) => one.service === service && one.target === target);
  }

  attach(user: AttachedUser): void {
    this.#users.add(user);
  }

  detach(user: AttachedUser): void {
    if (this.#users.delete(user) && this.isEmpty && !this.#isEnded) this.#listener.onEmpty();
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.#isStopping = true;
    return this.#carrier.stop(options);
  }

  /** It can never answer. */
  condemn(cause: Cause): void {
    if (!this.#isEnded) this.#listener.onProof({ kind: 'dead', cause });
  }

  /**
   * Makes the next proof run a new probe. The monotonic clock of Linux stops while the computer sleeps, so an old
   * answer looks recent, and the answer to an earlier probe may already have been received before the sleep.
   */
  resetProof(): void {
    this.#aliveAt = -Infinity;
    this.#isResponsive = false;
    this.#proof = null;
  }

  /**
   * Settles within `deadlineMs` (or about one second, or ten seconds behind queued bytes of our own); never
   * rejects. A routine probe sends nothing to the server, since each would be a line in the server's log.
   */
  async prove(deadlineMs = 0, isRoutine = false): Promise<TransportProof> {
    if (isRoutine && this.#isResponsive && !this.#isEnded) return this.#checkRunning();
    const startedAt = this.#clock.now();
    if (startedAt - this.#aliveAt < reuseMs && !this.#isEnded) return { kind: 'alive' };
    const receivedBefore = this.#bytesReceived();
    for (;;) {
      const deadlineAt = startedAt + this.#deadlineFor(deadlineMs);
      const leftMs = deadlineAt - this.#clock.now();
      const proof = this.#probe(leftMs);
      const answer = await withDeadline(this.#clock, Math.max(0, leftMs), proof.answer);
      const isAnswered = answer !== 'deadline' && answer.kind !== 'silent';
      if (isAnswered) return answer;
      // Bytes received since the probe began are an answer, too.
      if (this.#hasReceivedSince(receivedBefore)) return this.#noteAlive(startedAt);
      const now = this.#clock.now();
      const isEarly = answer !== 'deadline' && now < proof.deadlineAt;
      if (isEarly || now >= startedAt + this.#deadlineFor(deadlineMs)) {
        this.#isResponsive = false;
        this.#roundTrips.noteSilence();
        if (!this.#isEnded) this.#listener.onProof({ kind: 'silent' });
        return { kind: 'silent' };
      }
      // Another caller had a shorter deadline, or our own bytes began to queue.
    }
  }

  /** A round trip that begins now. Resolves within `deadlineMs`; never rejects. */
  async roundTrip(deadlineMs: number): Promise<void> {
    const answered = Promise.resolve(this.#proof?.answer).then(() => this.#probe(deadlineMs).answer);
    await withDeadline(this.#clock, deadlineMs, answered);
  }

  /** A stopped process keeps its connection and sends no keepalive. */
  async #checkRunning(): Promise<TransportProof> {
    const { pid } = this;
    const isStopped = pid !== null && (await findStopped([pid])).has(pid);
    if (this.#isEnded || !isStopped) return { kind: 'alive' };
    const dead = { kind: 'dead', cause: describeCause('stopped') } as const;
    this.#listener.onProof(dead);
    return dead;
  }

  #deadlineFor(deadlineMs: number): number {
    const isQueued = [...this.#users].some((user) => user.hasQueuedBytes());
    return Math.max(
      deadlineMs,
      isQueued ? queuedProofDeadlineMs : Math.max(proofDeadlineMs, 2 * this.#roundTrips.usualMs),
    );
  }

  #bytesReceived(): ReadonlyMap<CarrierUser, number> {
    return new Map([...this.#users].map((user) => [user, user.bytesReceived()]));
  }

  #hasReceivedSince(before: ReadonlyMap<CarrierUser, number>): boolean {
    return [...this.#users].some((user) => user.bytesReceived() > (before.get(user) ?? Infinity));
  }

  #noteAlive(probedAt: number): TransportProof {
    this.#aliveAt = probedAt;
    this.#isResponsive = true;
    const alive = { kind: 'alive' } as const;
    this.#listener.onProof(alive);
    return alive;
  }

  #probe(deadlineMs: number): RunningProof {
    if (this.#proof !== null) return this.#proof;
    const probedAt = this.#clock.now();
    const answer = this.#carrier.proveTransport(Math.max(deadlineMs, 0)).then((proven) => {
      const isReset = this.#proof !== running;
      if (!isReset) this.#proof = null;
      if (this.#isEnded || isReset) return proven;
      if (proven.kind === 'alive') {
        if (this.#roundTrips.note(this.#clock.now() - probedAt)) this.#probe(queuedProofDeadlineMs);
        return this.#noteAlive(probedAt);
      }
      if (proven.kind === 'dead') this.#listener.onProof(proven);
      return proven;
    });
    const running = { answer, deadlineAt: probedAt + deadlineMs };
    this.#proof = running;
    return running;
  }
}

/** One user action on several services reaches them one after the other within this time. */
const sameActionMs = 2_000;
