import { parseDuration } from '../../shared/config-scalars.ts';
import { usageFailure } from './command-failure.ts';

/** Node's timers hold at most 2^31 ms, and fire at once above that. */
const maxDays = 24;
const maxDurationMs = maxDays * 24 * 60 * 60 * 1000;

/** Reads an option such as `30`, `30s`, `2m` or `500ms`, in ms. */
export function readDuration(option: string, value: string): number {
  const durationMs = parseDuration(value);
  if (durationMs === null || durationMs < 0) {
    throw usageFailure(
      `${option}: ${JSON.stringify(value)} is not a duration`,
      'Write seconds, or 500ms, 30s, 2m, 1h.',
    );
  }
  if (durationMs > maxDurationMs) throw usageFailure(`${option}: ${value} is more than ${maxDays} days`);
  return durationMs;
}
