import { nextTimeOfDay, tomorrowAfter } from '../../shared/off-until.ts';
import { usageFailure } from './command-failure.ts';
import { readDuration } from './duration-option.ts';

export interface UntilOptions {
  readonly for?: string;
  readonly until?: string;
}

/** Reads `--for 2h`, or `--until tomorrow` or `15:40` (local time): epoch ms; undefined: neither is given. `now`: epoch ms. */
export function readUntil({ for: forTime, until }: UntilOptions, now: number): number | undefined {
  if (forTime !== undefined && until !== undefined)
    throw usageFailure('--for and --until cannot be combined');
  if (forTime !== undefined) return now + readDuration('--for', forTime);
  if (until === undefined) return undefined;
  if (until === 'tomorrow') return tomorrowAfter(now);
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(until) ?? [];
  if (hours !== undefined && minutes !== undefined) return nextTimeOfDay(Number(hours), Number(minutes), now);
  throw usageFailure(
    `--until: ${JSON.stringify(until)} is not a time`,
    'Write "tomorrow" or a time, as in 15:40.',
  );
}
