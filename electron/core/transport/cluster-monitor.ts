/**
 * Monitors whether a reachable cluster is healthy, for the services that wait until it is. Invariants:
 *
 * 1. At most one check is running. There is one timer, and none while paused, closed or unused.
 * 2. The cluster is unhealthy after `failureThreshold` failed checks in a row, or after one if a service has failed
 *    too. One successful check makes it healthy again.
 * 3. While it is unhealthy, checks repeat at intervals that grow with the length of the outage.
 * 4. All requests that users make at the same time share one check, which starts after them.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Clock, Timer } from '../clock.ts';
import { markClosed, markOpened } from '../lifetime-tracker.ts';
import type { Logger } from '../observability/logger.ts';
import { outageShareMs } from '../restart-policy.ts';

export interface ClusterPace {
  /** Between regular checks, in ms. */
  readonly intervalMs: number;
  readonly failureThreshold: number;
}

export interface ClusterMonitorParts {
  /** The subject of a sentence: `The cluster prod`. */
  readonly title: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The fault; null: none. Settles soon after the signal aborts; never rejects. */
  readonly examine: (signal: AbortSignal) => Promise<Cause | null>;
  /** The cluster became unhealthy, has another fault, or became healthy again. */
  readonly onChange: () => void;
  /** `nextQuestionAt` has changed. */
  readonly onSchedule: () => void;
}

/** The minimum interval between checks that failing services can cause. */
const minSpacingMs = 2_000;
/** The interval after a failed check, until the threshold is reached. */
const doubtMs = 5_000;

export class ClusterMonitor {
  readonly #parts: ClusterMonitorParts;
  /** null: not monitored. */
  #pace: ClusterPace | null = null;
  #isPaused = true;
  #isClosed = false;
  #unwell: { readonly cause: Cause; readonly since: number } | null = null;
  #failures = 0;
  /** A service has failed since the last successful check. */
  #isCorroborated = false;
  #underWay: { readonly cancellation: AbortController; readonly settled: Promise<void> } | null = null;
  /** A check was requested after the running one began. */
  #isWanted = false;
  #timer: { readonly dueAt: number; readonly timer: Timer } | null = null;
  #askedAt = -Infinity;
  /** The last check was completed, not aborted. */
  #isAnswered = false;

  /** Starts paused. */
  constructor(parts: ClusterMonitorParts) {
    this.#parts = parts;
    markOpened(this, () => `monitor of ${parts.title}`);
  }

  /** The fault; null: none is known. */
  get unwell(): Cause | null {
    return this.#unwell?.cause ?? null;
  }

  /** Monotonic ms, in the past while a check is running. null: none is scheduled. */
  get nextQuestionAt(): number | null {
    return this.#underWay === null ? (this.#timer?.dueAt ?? null) : this.#askedAt;
  }

  /** Sets how the cluster is monitored from now on; null: not monitored, and assumed healthy. */
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

  /** A service that monitors the cluster's health has failed, for whatever reason. */
  failed(): void {
    this.#isCorroborated = true;
    this.#askIn(Math.max(0, this.#askedAt + minSpacingMs - this.#parts.clock.now()));
  }

  /** The user wants a check now, or the reason for the fault may be gone. */
  askNow(): void {
    if (this.#unwell === null) return;
    if (this.#underWay === null) this.#askIn(0);
    else this.#isWanted = true;
  }

  /** The cluster cannot be queried. */
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

  /** Resolves when the running check has released its resources. Idempotent. */
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

  /** Does nothing if an earlier check is scheduled. */
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
      // A request made in the meantime needs a check of its own.
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
      log.info(
        `${title} is healthy again after ${String(Math.round((clock.now() - before.since) / 1000))} s`,
      );
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
