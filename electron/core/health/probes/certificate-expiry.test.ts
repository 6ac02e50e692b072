import { describe, expect, it } from 'vitest';
import { certificateFinding } from './certificate-expiry.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const findingOf = (from: string, to: string, expiresWithinMs: number | null): unknown =>
  certificateFinding(
    { validFrom: `${from} GMT`, validTo: `${to} GMT` },
    { servername: 'db', expiresWithinMs, now },
  )?.finding ?? 'lasts';

const dayMs = 86_400_000;

describe('the remaining validity of a certificate', () => {
  it.each([
    ['a year, with months to go', 'Nov 22 12:00:00 2026', 'Nov 22 12:00:00 2027', null, 'lasts'],
    [
      'a year, with less than a week to go',
      'Nov 28 12:00:00 2025',
      'Nov 28 12:00:00 2026',
      null,
      'the certificate expires in 6 days (2026-11-28 12:00 UTC)',
    ],
    ['a year, with a week and a bit to go', 'Nov 29 12:00:01 2025', 'Nov 29 12:00:01 2026', null, 'lasts'],
    ['a day, with 7 hours to go', 'Nov 21 19:00:00 2026', 'Nov 22 19:00:00 2026', null, 'lasts'],
    [
      'a day, with 5 hours to go',
      'Nov 21 17:00:00 2026',
      'Nov 22 17:00:00 2026',
      null,
      'the certificate expires in 5 hours (2026-11-22 17:00 UTC)',
    ],
    [
      'as long as is asked for, but for a minute',
      'Nov 22 12:00:00 2025',
      'Dec  6 11:59:00 2026',
      14 * dayMs,
      'the certificate expires in 13 days (2026-12-06 11:59 UTC)',
    ],
    ['longer than is asked for', 'Nov 22 12:00:00 2025', 'Dec  6 12:01:00 2026', 14 * dayMs, 'lasts'],
    ['a minute, and nothing is asked for', 'Nov 22 12:00:00 2025', 'Nov 22 12:01:00 2026', 0, 'lasts'],
    [
      'no longer, and nothing is asked for',
      'Nov 22 12:00:00 2025',
      'Nov 22 12:00:00 2026',
      0,
      'the certificate has expired',
    ],
  ])('%s', (_, from, to, withinMs, expected) => {
    expect(findingOf(from, to, withinMs)).toBe(expected);
  });
});
