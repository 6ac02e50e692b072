import { parseDuration } from '../../shared/config-scalars.ts';
import { usageFailure } from './command-failure.ts';

/** Reads an option such as `30`, `30s`, `2m` or `500ms`, in ms. */
export function readDuration(option: string, value: string): number {
  const durationMs = parseDuration(value);
  if (durationMs === null || durationMs < 0) {
    throw usageFailure(
      `${option}: ${JSON.stringify(value)} is no duration`,
      'Write seconds, or 500ms, 30s, 2m, 1h.',
    );
  }
  return durationMs;
}
