import { expect, test } from 'vitest';
import { emptyDay, observeDay, type DayFacts, type DayHistory } from './day-history.ts';

const none: DayFacts['outages'] = { count: 0, recent: [] };
const hour = 3_600_000;

/** `[state, hours, cause, ended outages]`. */
const after = (
  ...steps: readonly (readonly [DayFacts['state'], number, (string | null)?, DayFacts['outages']?])[]
): DayHistory =>
  steps.reduce(
    (history, [state, hours, cause = null, outages = none]) =>
      observeDay(history, { state, cause, outages, wallNow: hours * hour }),
    emptyDay,
  );
const spansOf = ({ spans }: DayHistory): string =>
  spans.map(({ state, since }) => `${state}@${since / hour}`).join(' ');

test('a successful start is never down', () => {
  expect(spansOf(after(['off', 0], ['starting', 1], ['up', 2]))).toBe('off@0 up@2');
});

test('an unchanged state adds no span, and returns the same object', () => {
  const before = after(['up', 1]);
  expect(observeDay(before, { state: 'up', cause: null, outages: none, wallNow: 2 * hour })).toBe(before);
});

test('an outage keeps its first cause, and the next one has its own', () => {
  const ended = (count: number): DayFacts['outages'] => ({
    count,
    recent: Array.from({ length: count }, (_, index) => ({ since: index * hour, durationMs: 5 })),
  });
  const history = after(
    ['up', 0],
    ['down', 1, 'killed'],
    ['down', 1, 'refused'],
    ['up', 2, null, ended(1)],
    ['down', 3, 'signed out'],
    ['up', 4, null, ended(2)],
  );
  expect(history.outages).toEqual([
    { since: 0, durationMs: 5, cause: 'killed' },
    { since: hour, durationMs: 5, cause: 'signed out' },
  ]);
  expect(spansOf(history)).toBe('up@0 down@1 up@2 down@3 up@4');
});

test('spans that ended more than a day ago are forgotten, spans that reach into the day are kept', () => {
  expect(spansOf(after(['up', 0], ['down', 1], ['up', 2], ['down', 30]))).toBe('up@2 down@30');
});

test('a service that flaps forever stays bounded', () => {
  const steps = Array.from(
    { length: 3_000 },
    (_, index) => [index % 2 === 0 ? 'up' : 'down', index / 1_000] as const,
  );
  expect(after(...steps).spans.length).toBe(500);
});
