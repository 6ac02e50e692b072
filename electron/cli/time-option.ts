import { parseDuration } from '../../shared/config-scalars.ts';
import { usageFailure } from './command-failure.ts';

/** Reads `10m` (so long ago), `2026-11-22`, `2026-11-22 10:30` (local time) or ISO 8601; epoch ms. `now`: epoch ms. */
export function readTime(option: string, value: string, now: number): number {
  const agoMs = parseDuration(value);
  if (agoMs !== null) return now - agoMs;
  // A date alone would be read as UTC, with a time as local time.
  const text = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00` : value.replace(/^(\S+) (\S)/, '$1T$2');
  const time = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw usageFailure(
    `${option}: ${JSON.stringify(value)} is not a time`,
    'Write how long ago, as in 10m or 2h, or a time, as in "2026-11-22 10:30".',
  );
}
