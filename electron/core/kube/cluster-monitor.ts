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
import type { Clock } from '../clock.ts';
import { DueTimer } from '../due-timer.ts';
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
  readonly check: (signal: AbortSignal) => Promise<Cause | null>;
  /** The cluster became unhealthy, has another fault, or became healthy again. */
  readonly onChange: () => void;
  /** `nextCheckAt` has changed. */
  readonly onSchedule: () => void;
}

/** The minimum interval between checks that failing services can cause. */
const minSpacingMs = 2_000;
/** The interval after a failed check, until the threshold is reached. */
const recheckMs = 5_000;

export class ClusterMonitor {
  readonly #parts: ClusterMonitorParts;
  /** null: not monitored. */
  #pace: ClusterPace | null = null;
  #isPaused = true;
  #isClosed = false;
  #outage: { readonly cause: Cause; readonly since: number } | null = null;
  #failures = 0;
  /** A service has failed since the last successful check. */
  #isCorroborated = false;
  #running: { readonly cancellation: AbortController; readonly settled: Promise<void> } | null = null;
  /** A check was requested after the running one began. */
  #isRequested = false;
  readonly #timer: DueTimer;
  #checkedAt = -Infinity;
  /** The last check was completed, not aborted. */
  #isCompleted = false;

  /** Starts paused. */
  constructor(parts: ClusterMonitorParts) {
    this.#parts = parts;
    this.#timer = new DueTimer(parts.clock, () => this.#check());
    markOpened(this, () => `monitor of ${parts.title}`);
  }

  /** The fault; null: none is known. */
  get fault(): Cause | null {
    return this.#outage?.cause ?? null;
  }

  /** Monotonic ms, in the past while a check is running. null: none is scheduled. */
  get nextCheckAt(): number | null {
    return this.#running === null ? this.#timer.dueAt : this.#checkedAt;
  }

  /** Sets how the cluster is monitored from now on; null: not monitored, and assumed healthy. */
  serve(pace: ClusterPace | null): void {
    const before = this.#pace;
    this.#pace = pace;
    if (pace === null) {
      this.#stopChecks();
      this.#record(null);
    } else if (before === null) this.#schedule(0);
    else if (before.intervalMs !== pace.intervalMs) {
      this.#timer.set(null);
      this.#scheduleNext();
    }
  }

  /** A service that monitors the cluster's health has failed, for whatever reason. */
  failed(): void {
    this.#isCorroborated = true;
    this.#schedule(Math.max(0, this.#checkedAt + minSpacingMs - this.#parts.clock.now()));
  }

  /** The user wants a check now, or the reason for the fault may be gone. */
  checkNow(): void {
    if (this.#outage === null) return;
    if (this.#running === null) this.#schedule(0);
    else this.#isRequested = true;
  }

  /** The cluster cannot be queried. */
  pause(): void {
    this.#isPaused = true;
    this.#stopChecks();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#outage === null && this.#isCompleted) this.#scheduleNext();
    else this.#schedule(0);
  }

  /** Resolves when the running check has released its resources. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopChecks();
    await this.#running?.settled;
    markClosed(this);
  }

  #stopChecks(): void {
    this.#timer.set(null);
    this.#running?.cancellation.abort();
  }

  #scheduleNext(): void {
    if (this.#pace === null) return;
    const { intervalMs } = this.#pace;
    if (this.#outage !== null) this.#schedule(outageShareMs(this.#parts.clock.now() - this.#outage.since));
    else this.#schedule(this.#failures > 0 ? Math.min(recheckMs, intervalMs) : intervalMs);
  }

  /** Does nothing if an earlier check is scheduled. */
  #schedule(delayMs: number): void {
    if (this.#isPaused || this.#isClosed || this.#pace === null || this.#running !== null) return;
    const { clock, onSchedule } = this.#parts;
    const dueAt = clock.now() + delayMs;
    if (this.#timer.dueAt !== null && this.#timer.dueAt <= dueAt) return;
    if (delayMs <= 0) {
      this.#check();
      return;
    }
    this.#timer.set(dueAt);
    onSchedule();
  }

  #check(): void {
    this.#timer.set(null);
    const { clock, check, onSchedule } = this.#parts;
    const cancellation = new AbortController();
    this.#checkedAt = clock.now();
    this.#isRequested = false;
    const settled = check(cancellation.signal).then((fault) => {
      this.#running = null;
      const { aborted } = cancellation.signal;
      this.#isCompleted = !aborted;
      if (aborted) this.#isCorroborated = false;
      else this.#record(fault);
      // A request made in the meantime needs a check of its own.
      if (aborted || (this.#isRequested && this.#outage !== null)) this.#schedule(0);
      else this.#scheduleNext();
      onSchedule();
    });
    this.#running = { cancellation, settled };
    onSchedule();
  }

  #record(fault: Cause | null): void {
    const { clock, log, onChange, title } = this.#parts;
    const before = this.#outage;
    if (fault === null) {
      this.#failures = 0;
      this.#isCorroborated = false;
      this.#outage = null;
      if (before === null) return;
      log.info(
        `${title} is healthy again after ${String(Math.round((clock.now() - before.since) / 1000))} s`,
      );
      onChange();
      return;
    }
    this.#failures += 1;
    const isConfirmed =
      before !== null || this.#isCorroborated || this.#failures >= (this.#pace?.failureThreshold ?? 1);
    if (!isConfirmed) return;
    this.#outage = { cause: fault, since: before?.since ?? clock.now() };
    if (before?.cause.evidence === fault.evidence) return;
    log.warn(`${title} is unhealthy: ${fault.evidence ?? fault.title}`);
    onChange();
  }
}
