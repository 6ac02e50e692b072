/**
 * When the next check is due. Pure; times are in ms of the monotonic clock.
 *
 * Checks start every interval, measured from start to start; a check that outlasts its interval skips the starts it
 * missed. After a failure the next check comes sooner: thresholds count consecutive checks, and with long intervals
 * users would notice a dead tunnel, or its recovery, before the checks did. Beyond the threshold, the delay doubles up
 * to the interval. It is measured from the end of the failed check, because repeated connections to a pod that is not
 * listening yet end the kubectl that carries them.
 */
const confirmDelayMs = 2000;
/** A silent tunnel is probed again this soon: its answer may only be slow. */
const silentDelayMs = 1000;

/** The share of the first interval over which services that started together are spread. */
const firstIntervalSpread = 0.2;

export interface FinishedCheck {
  /** When the check was due, or when it started if that was later; this may even be after its end. */
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

/** How much of the first interval to skip; `random` is in [0, 1). */
export const phaseShift = (intervalMs: number, random: number): number =>
  intervalMs * firstIntervalSpread * random;
