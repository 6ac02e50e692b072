/**
 * When the next check is due: pure. Times are in ms of the monotonic clock.
 *
 * Checks start every interval, measured from start to start; a check that outlasts its interval skips the starts that
 * it missed. While checks fail the next one comes sooner: the thresholds count checks in a row, and a dead tunnel whose
 * third failure came two long intervals after the first would be noticed by its user first; and a service that is back
 * should be seen to be back. Beyond the threshold the distance doubles up to the interval. The pause before such a check
 * is counted from the end of the failed one, because asking a pod that is not listening yet again and again ends the
 * kubectl that asks.
 */
const confirmDelayMs = 2000;
/** A tunnel that does not answer is asked again this soon: its answer may only be slow. */
const silentDelayMs = 1000;

/** The part of the first interval by which services that started together move apart. */
const firstIntervalSpread = 0.2;

export interface FinishedCheck {
  /** When it was due, or when it started if that was later: it may even lie after the end. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly intervalMs: number;
  readonly failuresInRow: number;
  readonly failureThreshold: number;
  readonly isSilent: boolean;
}

export function nextCheckAt(check: FinishedCheck): number {
  const { startedAt, endedAt, intervalMs, failuresInRow, failureThreshold, isSilent } = check;
  if (isSilent) return endedAt + silentDelayMs;
  const intervals = Math.floor((endedAt - startedAt) / intervalMs) + 1;
  const nextStart = startedAt + Math.max(1, intervals) * intervalMs;
  if (failuresInRow === 0) return nextStart;
  const delayMs = confirmDelayMs * 2 ** Math.min(20, Math.max(0, failuresInRow - failureThreshold));
  return Math.min(nextStart, endedAt + delayMs);
}

/** How much of the first interval to leave out; `random` is in [0, 1). */
export const phaseShift = (intervalMs: number, random: number): number =>
  intervalMs * firstIntervalSpread * random;
