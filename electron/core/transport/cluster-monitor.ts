/**
 * Whether a cluster that can be reached is well, for the services that want to wait until it is. Invariants:
 *
 * 1. At most one question is under way; one timer, and none while paused or closed, or while nobody wants to know.
 * 2. It is unwell after `failureThreshold` bad answers in a row, or after one when a service has failed, too. One good answer, and it is
 *    well.
 * 3. While it is unwell it is asked again and again, at distances that grow with the outage.
 * 4. However many want to know for the user, it is one question, asked after they did.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Clock, Timer } from '../clock.ts';
import { markClosed, markOpened } from '../lifetime-tracker.ts';
import type { Logger } from '../observability/logger.ts';
import { outageShareMs } from '../restart-policy.ts';

export interface ClusterPace {
  /** Between regular questions, in ms. */
  readonly intervalMs: number;
  readonly failureThreshold: number;
}

export interface ClusterMonitorParts {
  /** The subject of a sentence: `The cluster prod`. */
  readonly title: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is wrong; null: nothing. Settles soon after the signal aborts; never rejects. */
  readonly examine: (signal: AbortSignal) => Promise<Cause | null>;
  /** It is unwell, for another reason, or well again. */
  readonly onChange: () => void;
  /** `nextQuestionAt` is another one. */
  readonly onSchedule: () => void;
}

/** What failing services may ask for at most. */
const minSpacingMs = 2_000;
/** While a question has failed, but not often enough. */
const doubtMs = 5_000;

export class ClusterMonitor {
  readonly #parts: ClusterMonitorParts;
  /** null: nobody wants to know. */
  #pace: ClusterPace | null = null;
  #isPaused = true;
  #isClosed = false;
  #unwell: { readonly cause: Cause; readonly since: number } | null = null;
  #failures = 0;
  /** A service has failed since the last good answer. */
  #isCorroborated = false;
  #underWay: { readonly cancellation: AbortController; readonly settled: Promise<void> } | null = null;
  /** Somebody wants to know, and what is under way was asked before. */
  #isWanted = false;
  #timer: { readonly dueAt: number; readonly timer: Timer } | null = null;
  #askedAt = -Infinity;
  /** The last question was. */
  #isAnswered = false;

  /** Paused. */
  constructor(parts: ClusterMonitorParts) {
    this.#parts = parts;
    markOpened(this, () => `monitor of ${parts.title}`);
  }

  /** Why it is unwell; null: it is not, as far as is known. */
  get unwell(): Cause | null {
    return this.#unwell?.cause ?? null;
  }

  /** Monotonic ms; that of the question under way lies in the past. null: it is not asked by itself. */
  get nextQuestionAt(): number | null {
    return this.#underWay === null ? (this.#timer?.dueAt ?? null) : this.#askedAt;
  }

  /** How it is watched from now on; null: not at all, and it is taken for well. */
  serve(pace: ClusterPace | null): void {
    const before = this.#pace;
    this.#pace = pace;
    if (pace === null) {
      this.#stopAsking();
      this.#hear(null);
    } else if (before === null) this.#askIn(0);
    else if (before.intervalMs !== pace.intervalMs) {
      this.#cancelTimer();
      this.#askInTurn();
    }
  }

  /** A service that wants to know has failed, for whatever reason. */
  failed(): void {
    this.#isCorroborated = true;
    this.#askIn(Math.max(0, this.#askedAt + minSpacingMs - this.#parts.clock.now()));
  }

  /** The user wants to know, or what it was unwell of may be another by now. */
  askNow(): void {
    if (this.#unwell === null) return;
    if (this.#underWay === null) this.#askIn(0);
    else this.#isWanted = true;
  }

  /** It cannot be asked. */
  pause(): void {
    this.#isPaused = true;
    this.#stopAsking();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#unwell === null && this.#isAnswered) this.#askInTurn();
    else this.#askIn(0);
  }

  /** Resolves when the question under way has let go of everything. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopAsking();
    await this.#underWay?.settled;
    markClosed(this);
  }

  #stopAsking(): void {
    this.#cancelTimer();
    this.#underWay?.cancellation.abort();
  }

  #cancelTimer(): void {
    this.#timer?.timer.cancel();
    this.#timer = null;
  }

  #askInTurn(): void {
    if (this.#pace === null) return;
    const { intervalMs } = this.#pace;
    if (this.#unwell !== null) this.#askIn(outageShareMs(this.#parts.clock.now() - this.#unwell.since));
    else this.#askIn(this.#failures > 0 ? Math.min(doubtMs, intervalMs) : intervalMs);
  }

  /** Unless it is asked even sooner. */
  #askIn(delayMs: number): void {
    if (this.#isPaused || this.#isClosed || this.#pace === null || this.#underWay !== null) return;
    const { clock, onSchedule } = this.#parts;
    const dueAt = clock.now() + delayMs;
    if (this.#timer !== null && this.#timer.dueAt <= dueAt) return;
    this.#cancelTimer();
    if (delayMs <= 0) {
      this.#ask();
      return;
    }
    this.#timer = { dueAt, timer: clock.after(delayMs, () => this.#ask()) };
    onSchedule();
  }

  #ask(): void {
    this.#cancelTimer();
    const { clock, examine, onSchedule } = this.#parts;
    const cancellation = new AbortController();
    this.#askedAt = clock.now();
    this.#isWanted = false;
    const settled = examine(cancellation.signal).then((fault) => {
      this.#underWay = null;
      const { aborted } = cancellation.signal;
      this.#isAnswered = !aborted;
      if (aborted) this.#isCorroborated = false;
      else this.#hear(fault);
      // Whoever began to want to know meanwhile has no answer yet.
      if (aborted || (this.#isWanted && this.#unwell !== null)) this.#askIn(0);
      else this.#askInTurn();
      onSchedule();
    });
    this.#underWay = { cancellation, settled };
    onSchedule();
  }

  #hear(fault: Cause | null): void {
    const { clock, log, onChange, title } = this.#parts;
    const before = this.#unwell;
    if (fault === null) {
      this.#failures = 0;
      this.#isCorroborated = false;
      this.#unwell = null;
      if (before === null) return;
      log.info(`${title} is well again after ${String(Math.round((clock.now() - before.since) / 1000))} s`);
      onChange();
      return;
    }
    this.#failures += 1;
    const isCertain =
      before !== null || this.#isCorroborated || this.#failures >= (this.#pace?.failureThreshold ?? 1);
    if (!isCertain) return;
    this.#unwell = { cause: fault, since: before?.since ?? clock.now() };
    if (before?.cause.evidence === fault.evidence) return;
    log.warn(`${title} is unhealthy: ${fault.evidence ?? fault.title}`);
    onChange();
  }
}
