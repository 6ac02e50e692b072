import { expect, test } from 'vitest';
import { appended, linesWith, logLineOf, maxLogLines } from './log-lines.ts';

test('a line splits into local time, level and text', () => {
  const local = new Date('2026-11-22T10:11:12.013Z');
  const hours = String(local.getHours()).padStart(2, '0');
  expect(logLineOf('2026-11-22T10:11:12.013Z info  turned on [off → connecting after turned-on]')).toEqual({
    time: `${hours}:${String(local.getMinutes()).padStart(2, '0')}:12`,
    level: 'info',
    text: 'turned on',
  });
  expect(logLineOf('2026-11-22T10:11:12.013Z error [ssh] Permission denied')).toMatchObject({
    level: 'error',
    text: '[ssh] Permission denied',
  });
});

test.each([
  '',
  'written by something else',
  '2026-99-99T00:00:00.000Z info x',
  '2026-11-22T10:11:12.013Z loud x',
  '2026-11-22T10:11:12.013Z constructor x',
])('%j is shown verbatim', (line) => {
  expect(logLineOf(line)).toEqual({ time: '', level: 'other', text: line });
});

test('only the last lines are kept', () => {
  const many = Array.from({ length: maxLogLines }, (_, index) => String(index));
  expect(appended(many, ['x', 'y']).slice(-3)).toEqual([String(maxLogLines - 1), 'x', 'y']);
  expect(appended(many, ['x', 'y'])).toHaveLength(maxLogLines);
});

test('a search is not case-sensitive', () => {
  expect(linesWith(['Permission denied', 'up'], 'DENIED')).toEqual(['Permission denied']);
  expect(linesWith(['a', 'b'], ' ')).toEqual(['a', 'b']);
});
