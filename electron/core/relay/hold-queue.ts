/**
 * The clients that are not spliced yet, in order of arrival. Invariants:
 *   1. Every client has two deadlines, set when it is admitted; nothing moves them. One is for the wait for a tunnel. An
 *      attempt under way may take `minAttemptMs` all the same: a short hold, or none, must not cut off a client of a
 *      healthy tunnel.
 *   2. One timer serves them all: it is due at the earliest deadline or before.
 *   3. At most `maxHeldConnections` wait for a tunnel. Those with an attempt under way do not count: a burst of
 *      connections on a healthy tunnel is no reason to turn anybody away.
 */
import type { Clock, Timer } from '../clock.ts';

/** A connection to the upstream that is being made. */
export interface Attempt {
  abort(): void;
}

export interface HeldClient<Client> {
  readonly client: Client;
  readonly deadlineAt: number;
  /** `deadlineAt` or later: what counts while an attempt is under way. */
  readonly attemptDeadlineAt: number;
  /** null while it waits for a tunnel or for the next try. */
  attempt: Attempt | null;
}

export interface HoldQueueOptions<Client> {
  readonly clock: Clock;
  readonly holdTimeoutMs: number;
  readonly minAttemptMs: number;
  readonly maxHeldConnections: number;
  /** Its deadline has passed; it is no longer in the queue, its attempt is still as it was. */
  readonly onExpired: (held: HeldClient<Client>) => void;
}

export class HoldQueue<Client> {
  readonly #options: HoldQueueOptions<Client>;
  readonly #held = new Set<HeldClient<Client>>();
  #holdTimeoutMs: number;
  #timer: { readonly dueAt: number; readonly timer: Timer } | null = null;

  constructor(options: HoldQueueOptions<Client>) {
    this.#options = options;
    this.#holdTimeoutMs = options.holdTimeoutMs;
  }

  /** How long clients that arrive from now on may wait. */
  setHoldTimeout(holdTimeoutMs: number): void {
    this.#holdTimeoutMs = holdTimeoutMs;
  }

  /** Adds the newest client; null when too many wait already. */
  admit(client: Client): HeldClient<Client> | null {
    const { clock, maxHeldConnections, minAttemptMs } = this.#options;
    if (this.waiting().length >= maxHeldConnections) return null;
    const deadlineAt = clock.now() + this.#holdTimeoutMs;
    const attemptDeadlineAt = Math.max(deadlineAt, clock.now() + minAttemptMs);
    const held = { client, deadlineAt, attemptDeadlineAt, attempt: null };
    this.#held.add(held);
    this.#wakeBy(held.deadlineAt);
    return held;
  }

  /** All of them, with an attempt or without, oldest first. */
  all(): readonly HeldClient<Client>[] {
    return [...this.#held];
  }

  /** Those without an attempt, oldest first. */
  waiting(): readonly HeldClient<Client>[] {
    return this.all().filter((held) => held.attempt === null);
  }

  /** The newest of those that wait, as far as more wait than may: attempts that failed have come back. */
  excess(): readonly HeldClient<Client>[] {
    return this.waiting().slice(this.#options.maxHeldConnections);
  }

  /** Lets go of those whose deadline has passed. To be called when attempts have failed: theirs may be behind them. */
  expireDue(): void {
    const now = this.#options.clock.now();
    for (const held of this.all().filter((held) => dueAtOf(held) <= now)) {
      this.remove(held);
      this.#options.onExpired(held);
    }
    const deadlines = this.all().map(dueAtOf);
    if (deadlines.length > 0) this.#wakeBy(Math.min(...deadlines));
  }

  /** It was spliced, or its client went away. */
  remove(held: HeldClient<Client>): void {
    this.#held.delete(held);
    if (this.#held.size === 0) this.#cancelTimer();
  }

  #wakeBy(dueAt: number): void {
    if (this.#timer !== null && this.#timer.dueAt <= dueAt) return;
    this.#cancelTimer();
    const { clock } = this.#options;
    const timer = clock.after(dueAt - clock.now(), () => {
      this.#timer = null;
      this.expireDue();
    });
    this.#timer = { dueAt, timer };
  }

  #cancelTimer(): void {
    this.#timer?.timer.cancel();
    this.#timer = null;
  }
}

const dueAtOf = ({ attempt, deadlineAt, attemptDeadlineAt }: HeldClient<unknown>): number =>
  attempt === null ? deadlineAt : attemptDeadlineAt;
