/**
 * The clients that are not spliced yet, in order of arrival. Invariants:
 *   1. Every client has two deadlines, set when it is admitted and never changed. One is for the wait for a tunnel. The
 *      other gives an attempt under way at least `minAttemptMs`: a short hold, or none, must not cut off a client of a
 *      healthy tunnel.
 *   2. One timer serves all clients: it is due at the earliest deadline or before.
 *   3. `excess` lists the clients that wait beyond `maxHeldConnections`. Clients with an attempt under way do not count: a
 *      burst of connections on a healthy tunnel is no reason to refuse any.
 */
import type { Clock } from '../clock.ts';
import { DueTimer } from '../due-timer.ts';

/** A connection to the upstream that is being opened. */
export interface Attempt {
  abort(): void;
}

export interface HeldClient<Client> {
  readonly client: Client;
  readonly deadlineAt: number;
  /** The deadline while an attempt is under way: `deadlineAt` or later. */
  readonly attemptDeadlineAt: number;
  /** null while the client waits for a tunnel or for the next try. Set by `begin` and `giveBack`. */
  readonly attempt: Attempt | null;
}

interface Entry<Client> extends HeldClient<Client> {
  attempt: Attempt | null;
}

export interface HoldQueueOptions<Client> {
  readonly clock: Clock;
  readonly holdTimeoutMs: number;
  readonly minAttemptMs: number;
  readonly maxHeldConnections: number;
  /** If true, the client is among the first to be removed when too many wait. */
  readonly hasLikelyLeft: (client: Client) => boolean;
  /** The deadline of a client has passed. It is still in the queue: the callee must remove it. */
  readonly onExpired: (held: HeldClient<Client>) => void;
}

export class HoldQueue<Client> {
  readonly #options: HoldQueueOptions<Client>;
  readonly #held = new Set<Entry<Client>>();
  #attempts = 0;
  #holdTimeoutMs: number;
  readonly #timer: DueTimer;

  constructor(options: HoldQueueOptions<Client>) {
    this.#options = options;
    this.#holdTimeoutMs = options.holdTimeoutMs;
    this.#timer = new DueTimer(options.clock, () => this.expireDue());
  }

  get size(): number {
    return this.#held.size;
  }

  has(held: HeldClient<Client>): boolean {
    return this.#held.has(held);
  }

  /** How many have an attempt under way. */
  get attempts(): number {
    return this.#attempts;
  }

  /** How long clients that arrive from now on may wait. */
  setHoldTimeout(holdTimeoutMs: number): void {
    this.#holdTimeoutMs = holdTimeoutMs;
  }

  /** Adds the newest client. */
  admit(client: Client): HeldClient<Client> {
    const { clock, minAttemptMs } = this.#options;
    const deadlineAt = clock.now() + this.#holdTimeoutMs;
    const attemptDeadlineAt = Math.max(deadlineAt, clock.now() + minAttemptMs);
    const held: Entry<Client> = { client, deadlineAt, attemptDeadlineAt, attempt: null };
    this.#held.add(held);
    this.#timer.setBy(held.deadlineAt);
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

  /** The oldest without an attempt. */
  firstWaiting(): HeldClient<Client> | null {
    for (const held of this.#held) if (held.attempt === null) return held;
    return null;
  }

  /** The oldest that has probably left. */
  firstLikelyGone(): HeldClient<Client> | null {
    for (const held of this.#held) if (this.#options.hasLikelyLeft(held.client)) return held;
    return null;
  }

  /** The clients beyond the bound: first those that have probably left, oldest first, then the newest. */
  excess(): readonly HeldClient<Client>[] {
    const count = this.#held.size - this.#attempts - this.#options.maxHeldConnections;
    if (count <= 0) return [];
    const waiting = this.waiting();
    const { hasLikelyLeft } = this.#options;
    const likelyGone = waiting.filter(({ client }) => hasLikelyLeft(client));
    const others = waiting.filter(({ client }) => !hasLikelyLeft(client)).reverse();
    return [...likelyGone, ...others].slice(0, count);
  }

  /** An attempt has started for this client. */
  begin(held: HeldClient<Client>, attempt: Attempt): void {
    this.#setAttempt(held, attempt);
  }

  /** The attempt for this client failed: the client continues to wait, in its old position. */
  giveBack(held: HeldClient<Client>): void {
    this.#setAttempt(held, null);
    // This deadline may have passed already.
    if (this.#held.has(held)) this.#timer.setBy(held.deadlineAt);
  }

  /** Expires the clients whose deadline has passed. */
  expireDue(): void {
    const now = this.#options.clock.now();
    for (const held of this.all()) if (dueAtOf(held) <= now) this.#options.onExpired(held);
    if (this.#held.size > 0)
      this.#timer.setBy(this.all().reduce((due, held) => Math.min(due, dueAtOf(held)), Infinity));
  }

  /** The client was spliced or has left. */
  remove(held: HeldClient<Client>): void {
    if (!this.#held.delete(held)) return;
    if (held.attempt !== null) this.#attempts -= 1;
    if (this.#held.size === 0) this.#timer.set(null);
  }

  #setAttempt(held: HeldClient<Client>, attempt: Attempt | null): void {
    if (!this.#held.has(held)) return;
    this.#attempts += Number(attempt !== null) - Number(held.attempt !== null);
    (held as Entry<Client>).attempt = attempt;
  }
}

const dueAtOf = ({ attempt, deadlineAt, attemptDeadlineAt }: HeldClient<unknown>): number =>
  attempt === null ? deadlineAt : attemptDeadlineAt;
