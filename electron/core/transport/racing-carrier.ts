/**
 * A carrier whose connection attempts overlap. Each attempt is a complete carrier; the first one to be ready wins,
 * and the others are stopped. The queue decides when an attempt may begin. Invariants:
 *
 * 1. `ready` and `ended` settle exactly once each; `ended` last, when every attempt has ended.
 * 2. A failed attempt decides the race, unless it failed because there was no answer in time: then the next one
 *    continues, until `answerTimeoutMs`. So a refusal is reported at once.
 * 3. An attempt that has been answered has no other beside it, and is limited only by its own deadline.
 */
import type { Cause } from '../../../shared/failure.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { Clock, Timer } from '../clock.ts';
import { causeOfSilence } from '../failure/connect-failure.ts';
import type { ConnectionQueue, QueueMember, Turn } from './connection-queue.ts';
import { LivingCarrier, noChild, stoppedByUs } from './carrier-life.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, Carrier, CarrierEnd } from './carrier.ts';

export interface Race {
  readonly id: string;
  /** The host that should answer, for error messages. */
  readonly host: string;
  readonly clock: Clock;
  readonly queue: ConnectionQueue;
  /** Connections with the same key are limited together by the queue. */
  readonly queueKey: string;
  /** The host behind that of the key where a connection logs in next, if there is one. */
  readonly beyond?: string | undefined;
  /** Time to an answer, from the start or from the last login of others in the queue, in ms. */
  readonly answerTimeoutMs: number;
  /** The config key for that time, with its value; absent: there is none. */
  readonly limit?: string;
  /** Starts an attempt, numbered from 1. Never throws. */
  readonly open: (attempt: number) => Carrier;
  readonly admission?: Admission;
}

/** Whether an attempt is allowed at all, apart from its turn. */
export interface Admission {
  refusal(): Cause | null;
  notBefore(): number;
  /** Called before anyone else gets a turn. `cause` is null if the attempt became ready. */
  learn(cause: Cause | null): void;
}

interface Attempt {
  readonly tunnel: Carrier;
  readonly turn: Turn;
  isAnswered: boolean;
}

const unrestricted: Admission = { refusal: () => null, notBefore: () => -Infinity, learn: () => undefined };

export class RacingCarrier extends LivingCarrier {
  readonly #race: Race;
  readonly #admission: Admission;
  readonly #member: QueueMember;
  /** All attempts that have not ended. */
  readonly #living = new Set<Carrier>();
  /** Attempts that may still win, oldest first. */
  #running: readonly Attempt[] = [];
  #attempts = 0;
  /** `ready` has settled. */
  #isDecided = false;
  #isEnded = false;
  #winner: Carrier | null = null;
  #end: CarrierEnd = { ...noChild, cause: null };
  #lastTimeout: Cause | null = null;
  #deadline: Timer | null = null;

  constructor(race: Race) {
    super(race.id);
    this.#race = race;
    this.#admission = race.admission ?? unrestricted;
    this.#member = {
      ...(race.beyond === undefined ? {} : { beyond: race.beyond }),
      // A refused attempt never contacts the host.
      notBefore: () => (this.#admission.refusal() === null ? this.#admission.notBefore() : -Infinity),
      start: (turn) => {
        this.#start(turn);
      },
      preempt: (turn) => {
        this.#preempt(turn);
      },
    };
    this.#expectAnswer(race.answerTimeoutMs);
    const refusal = this.#admission.refusal();
    if (refusal === null) race.queue.join(race.queueKey, this.#member);
    else this.#lose({ ...noChild, cause: refusal });
  }

  override get pid(): number | null {
    return this.#current?.pid ?? null;
  }

  override proveTransport(deadlineMs: number): Promise<TransportProof> {
    if (this.#isEnded) return Promise.resolve({ kind: 'dead', cause: this.#end.cause ?? stoppedByUs });
    return this.#current?.proveTransport(deadlineMs) ?? Promise.resolve({ kind: 'unprovable' });
  }

  override stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.#decide(err(stoppedByUs));
    for (const tunnel of this.#living) void tunnel.stop(options);
    this.#endWhenAllHave();
    return this.ended;
  }

  /** The winner, or the newest attempt while there is none. */
  get #current(): Carrier | null {
    return this.#winner ?? this.#running.at(-1)?.tunnel ?? null;
  }

  #start(turn: Turn): void {
    const refusal = this.#admission.refusal();
    if (refusal !== null) {
      this.#lose({ ...noChild, cause: refusal });
      turn.over();
      return;
    }
    const tunnel = this.#race.open(++this.#attempts);
    const attempt: Attempt = { tunnel, turn, isAnswered: false };
    this.#running = [...this.#running, attempt];
    this.#living.add(tunnel);
    tunnel.onComplaint((cause) => {
      this.life.complain(cause);
    });
    void tunnel.answered?.then(() => {
      this.#answered(attempt);
    });
    void tunnel.loggingIn?.then(() => {
      turn.loggingIn();
    });
    void tunnel.hopPassed?.then(() => {
      if (attempt.isAnswered) turn.passed();
    });
    void tunnel.ready.then((result) => {
      if (result.ok) this.#win(attempt, result);
      else this.#failed(attempt, result.error);
    });
    void tunnel.ended.then((end) => {
      this.#living.delete(tunnel);
      const isTheEnd = this.#winner === null ? end.cause === this.#end.cause : this.#winner === tunnel;
      if (isTheEnd) this.#end = end;
      this.#endWhenAllHave();
    });
    this.#race.queue.join(this.#race.queueKey, this.#member);
  }

  #answered(attempt: Attempt): void {
    if (!this.#running.includes(attempt)) return;
    attempt.isAnswered = attempt.turn.answered();
    if (attempt.isAnswered) this.#race.queue.withdraw(this.#race.queueKey, this.#member);
  }

  #preempt(turn: Turn): void {
    const attempt = this.#running.find((one) => one.turn === turn);
    if (attempt === undefined) return;
    this.#forget(attempt);
    void attempt.tunnel.stop();
  }

  #win(attempt: Attempt, ready: Result<Endpoint, Cause>): void {
    if (this.#isDecided || !this.#running.includes(attempt)) return;
    this.#forget(attempt);
    this.#winner = attempt.tunnel;
    this.#admission.learn(null);
    this.#decide(ready);
    attempt.turn.over();
  }

  #failed(attempt: Attempt, cause: Cause): void {
    if (this.#isDecided || !this.#running.includes(attempt)) return;
    this.#forget(attempt);
    this.#admission.learn(cause);
    if (cause.code === 'timed-out' && !attempt.isAnswered) this.#lastTimeout = cause;
    else this.#lose({ ...noChild, cause });
    attempt.turn.over();
  }

  #lose(end: CarrierEnd & { readonly cause: Cause }): void {
    this.#end = end;
    this.#decide(err(end.cause));
    this.#endWhenAllHave();
  }

  /** Settles `ready` and stops all attempts that can no longer win. */
  #decide(ready: Result<Endpoint, Cause>): void {
    if (this.#isDecided) return;
    this.#isDecided = true;
    this.#deadline?.cancel();
    const { queue, queueKey } = this.#race;
    queue.withdraw(queueKey, this.#member);
    this.life.settleReady(ready);
    for (const { tunnel, turn } of this.#running) {
      void tunnel.stop();
      turn.over();
    }
    this.#running = [];
  }

  #endWhenAllHave(): void {
    if (!this.#isDecided || this.#isEnded || this.#living.size > 0) return;
    this.#isEnded = true;
    this.life.end(this.#end);
  }

  #expectAnswer(afterMs: number): void {
    this.#deadline = this.#race.clock.after(afterMs, () => {
      if (this.#running.some(({ isAnswered }) => isAnswered)) return;
      const { queue, queueKey, clock, host, answerTimeoutMs, limit } = this.#race;
      const leftMs = queue.lastMovedAt(queueKey) + answerTimeoutMs - clock.now();
      if (leftMs > 0) {
        this.#expectAnswer(leftMs);
        return;
      }
      const evidence = `no answer within ${String(answerTimeoutMs / 1000)} s`;
      const cause = this.#lastTimeout ?? causeOfSilence({ host, limit, evidence });
      this.#lose({ ...noChild, cause });
    });
  }

  #forget(attempt: Attempt): void {
    this.#running = this.#running.filter((one) => one !== attempt);
  }
}
