import { describe, expect, it } from 'vitest';
import { maxRecentOutages, recoveryBoundsMs } from '../../../shared/outages.ts';
import { cleanOutageHistory, observeOutage, type OutageHistory } from './outage-history.ts';

const wallAtZero = Date.UTC(2026, 10, 22);
const aFact = { desired: 'on', health: 'unknown', hasCause: true, suspended: false } as const;

const facts = {
  off: { ...aFact, desired: 'off', phase: 'off' },
  stopping: { ...aFact, desired: 'off', phase: 'stopping' },
  connecting: { ...aFact, phase: 'connecting' },
  replacing: { ...aFact, phase: 'connecting', hasCause: false },
  retrying: { ...aFact, phase: 'retrying' },
  checking: { ...aFact, phase: 'up' },
  healthy: { ...aFact, phase: 'up', health: 'healthy' },
  ready: { ...aFact, phase: 'up', health: 'ready' },
  unhealthy: { ...aFact, phase: 'up', health: 'unhealthy' },
  asleep: { ...aFact, phase: 'up', health: 'healthy', suspended: true },
  lostAsleep: { ...aFact, phase: 'waiting', suspended: true },
} as const;

/** `course`: the states and when they begin, in ms, e.g. `0 healthy, 10 retrying, 15 healthy`. */
function play(course: string): OutageHistory {
  return course.split(', ').reduce((history, step) => {
    const [at = '', name = ''] = step.split(' ');
    const now = Number(at);
    return observeOutage(history, { ...facts[name as keyof typeof facts], now, wallNow: wallAtZero + now });
  }, cleanOutageHistory);
}

/** Past outages as `begin+duration`, then the current one. */
function outagesOf(course: string): string {
  const { past, current } = play(course);
  const ended = past.recent.map(({ since, durationMs }) => `${since - wallAtZero}+${durationMs}`);
  return [...ended, ...(current === null ? [] : [`${current.since - wallAtZero}…`])].join(' ');
}

describe('the outage history', () => {
  it.each([
    [
      'runs from ready to ready where there is no check',
      '0 ready, 10 retrying, 15 checking, 18 ready',
      '10+8',
    ],
    [
      'is not begun by a start, however long it takes',
      '0 off, 1 connecting, 2 retrying, 9 checking, 900 healthy',
      '',
    ],
    ['reaches from proven to proven again', '0 healthy, 10 connecting, 15 checking, 17 healthy', '10+7'],
    [
      'counts all tries as one outage',
      '0 healthy, 10 connecting, 20 retrying, 60 connecting, 90 checking, 100 healthy',
      '10+90',
    ],
    [
      'is not ended by tunnels that are never proven',
      '0 healthy, 10 retrying, 20 checking, 30 retrying, 40 checking, 50 unhealthy',
      '10…',
    ],
    ['neither begins nor ends while a tunnel is in doubt', '0 healthy, 10 checking, 20 healthy', ''],
    [
      'is not begun by a tunnel that replaces one without a fault',
      '0 healthy, 10 replacing, 12 checking, 15 healthy',
      '',
    ],
    [
      'begins when the doubt was justified, not before',
      '0 healthy, 10 checking, 14 connecting, 20 checking, 25 healthy',
      '14+11',
    ],
    [
      'counts an unhealthy service as away until a check passes',
      '0 healthy, 10 unhealthy, 40 healthy',
      '10+30',
    ],
    [
      'counts a tunnel that replaces an unhealthy one only once it is proven',
      '0 healthy, 10 unhealthy, 20 checking, 40 healthy',
      '10+30',
    ],
    ['does not begin before the first check has passed', '0 connecting, 5 unhealthy, 9 retrying', ''],
    ['does not count what is under way', '0 healthy, 10 retrying', '10…'],
    ['is not a service that is turned off', '0 healthy, 10 stopping, 11 off, 50 connecting, 60 healthy', ''],
    [
      'leaves out time switched off',
      '0 healthy, 10 retrying, 20 stopping, 21 off, 500 connecting, 505 healthy',
      '10+15',
    ],
    ['leaves out time asleep', '0 healthy, 10 retrying, 15 lostAsleep, 900 connecting, 902 healthy', '10+7'],
    [
      'counts from the wake what was lost asleep',
      '0 healthy, 10 asleep, 20 lostAsleep, 900 connecting, 903 healthy',
      '20+3',
    ],
    ['is not a sleep', '0 healthy, 10 asleep, 880 checking, 900 healthy', ''],
  ])('%s', (_title, course, expected) => {
    expect(outagesOf(course)).toBe(expected);
  });

  it('sums the healthy time, and puts each outage into the narrowest bucket that holds it', () => {
    const { past } = play(
      '0 healthy, 1000 retrying, 1100 healthy, 2000 retrying, 2101 healthy, 10000 retrying, 7210000 healthy',
    );
    expect([past.count, past.totalMs]).toEqual([3, 7_200_201]);
    expect(past.byDuration).toEqual([1, 1, ...recoveryBoundsMs.slice(2).map(() => 0), 1]);
  });

  it('keeps only the newest outages, and returns the same object if nothing changed', () => {
    const outages = Array.from({ length: 2 * maxRecentOutages }, (_, n) => `${n}10 retrying, ${n}20 healthy`);
    const course = ['0 healthy', ...outages].join(', ');
    expect(outagesOf(course)).toBe('510+10 610+10 710+10 810+10 910+10');
    const history = play(course);
    expect(history.past.count).toBe(2 * maxRecentOutages);
    expect(observeOutage(history, { ...facts.healthy, now: 5_000, wallNow: 0 })).toBe(history);
  });
});
