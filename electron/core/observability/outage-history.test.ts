import { describe, expect, it } from 'vitest';
import { maxRecentOutages, recoveryBoundsMs } from '../../../shared/outages.ts';
import { cleanOutageHistory, observeOutage, type OutageHistory } from './outage-history.ts';

const wallAtZero = Date.UTC(2026, 10, 22);
const aFact = { desired: 'on', health: 'unknown', suspended: false } as const;

const facts = {
  off: { ...aFact, desired: 'off', phase: 'off' },
  stopping: { ...aFact, desired: 'off', phase: 'stopping' },
  connecting: { ...aFact, phase: 'connecting' },
  retrying: { ...aFact, phase: 'retrying' },
  up: { ...aFact, phase: 'up' },
  healthy: { ...aFact, phase: 'up', health: 'healthy' },
  unhealthy: { ...aFact, phase: 'up', health: 'unhealthy' },
  asleep: { ...aFact, phase: 'up', health: 'healthy', suspended: true },
  lostAsleep: { ...aFact, phase: 'waiting', suspended: true },
} as const;

/** `course`: what stands from which ms on, e.g. `0 up, 10 retrying, 15 up`. */
function play(course: string): OutageHistory {
  return course.split(', ').reduce((history, step) => {
    const [at = '', name = ''] = step.split(' ');
    const now = Number(at);
    return observeOutage(history, { ...facts[name as keyof typeof facts], now, wallNow: wallAtZero + now });
  }, cleanOutageHistory);
}

/** Past outages as `begin+duration`, then what is under way. */
function outagesOf(course: string): string {
  const { past, current } = play(course);
  const ended = past.recent.map(({ since, durationMs }) => `${since - wallAtZero}+${durationMs}`);
  return [...ended, ...(current === null ? [] : [`${current.since - wallAtZero}…`])].join(' ');
}

describe('the outage history', () => {
  it.each([
    ['is not begun by a start, however long it takes', '0 off, 1 connecting, 2 retrying, 900 up', ''],
    ['reaches from up to up again', '0 up, 10 connecting, 15 up', '10+5'],
    [
      'counts all tries as one outage',
      '0 healthy, 10 connecting, 20 retrying, 60 connecting, 100 up',
      '10+90',
    ],
    [
      'takes who is unhealthy for gone until a check passes',
      '0 healthy, 10 unhealthy, 20 up, 40 healthy',
      '10+30',
    ],
    [
      'wants that from who was lost first, too',
      '0 up, 10 retrying, 20 unhealthy, 30 up, 50 healthy',
      '10+40',
    ],
    ['begins with the first check, when that fails', '0 connecting, 5 unhealthy', '5…'],
    ['does not count what is under way', '0 up, 10 retrying', '10…'],
    ['knows that who is turned off is not gone', '0 up, 10 stopping, 11 off, 50 connecting, 60 up', ''],
    [
      'leaves out time switched off',
      '0 up, 10 retrying, 20 stopping, 21 off, 500 connecting, 505 up',
      '10+15',
    ],
    ['leaves out time asleep', '0 up, 10 retrying, 15 lostAsleep, 900 connecting, 902 up', '10+7'],
    [
      'counts from the wake what was lost asleep',
      '0 up, 10 asleep, 20 lostAsleep, 900 connecting, 903 up',
      '20+3',
    ],
    ['lets sleep who sleeps well', '0 healthy, 10 asleep, 900 healthy', ''],
  ])('%s', (_title, course, expected) => {
    expect(outagesOf(course)).toBe(expected);
  });

  it('sums up, and puts each outage into the narrowest bucket that holds it', () => {
    const { past } = play('0 up, 1000 retrying, 1100 up, 2000 retrying, 2101 up, 10000 retrying, 7210000 up');
    expect([past.count, past.totalMs]).toEqual([3, 7_200_201]);
    expect(past.byDuration).toEqual([1, 1, ...recoveryBoundsMs.slice(2).map(() => 0), 1]);
  });

  it('remembers the newest only, and is the same object when nothing changed', () => {
    const outages = Array.from({ length: 2 * maxRecentOutages }, (_, n) => `${n}10 retrying, ${n}20 up`);
    const course = ['0 up', ...outages].join(', ');
    expect(outagesOf(course)).toBe('510+10 610+10 710+10 810+10 910+10');
    const history = play(course);
    expect(history.past.count).toBe(2 * maxRecentOutages);
    expect(observeOutage(history, { ...facts.healthy, now: 5_000, wallNow: 0 })).toBe(history);
  });
});
