import { describe, expect, it } from 'vitest';
import {
  countdownText,
  latencyText,
  msUntilCountdownChanges,
  msUntilUptimeChanges,
  uptimeText,
} from './duration-text.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('uptime', () => {
  it.each([
    [-5, '0 s'],
    [0, '0 s'],
    [59_999, '59 s'],
    [minute, '1 min'],
    [hour - 1, '59 min'],
    [hour, '1 h'],
    [2 * day - 1, '47 h'],
    [2 * day, '2 d'],
    [400 * day, '400 d'],
  ])('of %d ms reads %s', (elapsed, text) => {
    expect(uptimeText(elapsed)).toBe(text);
  });

  it.each([0, 500, 59_999, minute, 3.5 * minute, hour - 1, 5.25 * hour, 2 * day, 9.9 * day])(
    'of %d ms changes exactly when it says it will',
    (elapsed) => {
      const change = msUntilUptimeChanges(elapsed);
      expect(uptimeText(elapsed + change - 1)).toBe(uptimeText(elapsed));
      expect(uptimeText(elapsed + change)).not.toBe(uptimeText(elapsed));
    },
  );
});

describe('countdown', () => {
  it.each([
    [-1, 'now'],
    [0, 'now'],
    [1, 'in 1 s'],
    [4000, 'in 4 s'],
    [4001, 'in 5 s'],
    [minute, 'in 60 s'],
    [minute + 1, 'in 2 min'],
    [hour + 1, 'in 2 h'],
  ])('with %d ms to go reads %s', (remaining, text) => {
    expect(countdownText(remaining)).toBe(text);
  });

  it.each([1, 999, 1000, 4001, minute, minute + 1, 2 * minute, 90 * minute, 30 * hour])(
    'with %d ms to go changes exactly when it says it will',
    (remaining) => {
      const change = msUntilCountdownChanges(remaining) ?? 0;
      expect(countdownText(remaining - change + 1)).toBe(countdownText(remaining));
      expect(countdownText(remaining - change)).not.toBe(countdownText(remaining));
    },
  );

  it('does not change once it has reached zero', () => {
    expect(msUntilCountdownChanges(0)).toBeNull();
  });
});

describe('latency', () => {
  it.each([
    [0.4, '<1 ms'],
    [1, '1 ms'],
    [38.4, '38 ms'],
    [999.6, '1.0 s'],
    [1240, '1.2 s'],
  ])('of %d ms reads %s', (latency, text) => {
    expect(latencyText(latency)).toBe(text);
  });
});
