/**
 * When the next check is due: pure. Times are in ms of the monotonic clock.
 *
 * Checks start every interval, measured from start to start; a check that outlasts its interval skips the starts that
 * it missed. While failures are in doubt the next check comes sooner: the thresholds count checks in a row, and a dead
 * tunnel whose third failure came two long intervals after the first would be noticed by its user first. The pause
 * before such a check is counted from the end of the failed one, because asking a pod that is not listening yet again
 * and again ends the kubectl that asks.
 */
const maxConfirmDelayMs = 2000;

/** The part of the first interval by which services that started together move apart. */
const firstIntervalSpread = 0.2;

export interface FinishedCheck {
  /** When it was due, or when it started if that was later: it may even lie after the end. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly intervalMs: number;
  /** Failed, and fewer times in a row than the threshold. */
  readonly inDoubt: boolean;
}

export function nextCheckAt(check: FinishedCheck): number {
  const intervals = Math.floor((check.endedAt - check.startedAt) / check.intervalMs) + 1;
  const nextStart = check.startedAt + Math.max(1, intervals) * check.intervalMs;
  return check.inDoubt ? Math.min(nextStart, check.endedAt + maxConfirmDelayMs) : nextStart;
}

/** How much of the first interval to leave out; `random` is in [0, 1). */
export const phaseShift = (intervalMs: number, random: number): number =>
  intervalMs * firstIntervalSpread * random;
