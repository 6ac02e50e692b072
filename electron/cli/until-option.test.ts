import { expect, it } from 'vitest';
import { momentText } from '../../shared/off-until.ts';
import { readUntil } from './until-option.ts';

/** In local time, whatever the time zone of this machine. */
const now = new Date(2026, 10, 29, 13, 40).getTime();

it.each([
  [{ for: '2h' }, '15:40'],
  [{ for: '90m' }, '15:10'],
  [{ for: '30h' }, '11-30 19:40'],
  [{ until: 'tomorrow' }, '00:00'],
  [{ until: '15:40' }, '15:40'],
  [{ until: '8:05' }, '08:05'],
])('%j is off until %s', (options, text) => {
  const until = readUntil(options, now) ?? 0;
  expect(until).toBeGreaterThan(now);
  expect(momentText(until, now)).toBe(text);
});

it('is nothing if neither option is given, and refuses what it cannot read', () => {
  expect(readUntil({}, now)).toBeUndefined();
  for (const options of [
    { until: '25:00' },
    { until: 'later' },
    { for: 'long' },
    { for: '2h', until: '15:40' },
  ])
    expect(() => readUntil(options, now)).toThrow(/--(for|until)/);
});
