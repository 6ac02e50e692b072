import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/testing/fake-clock.ts';
import { onScreen } from '../../core/observability/visible-output.ts';
import { LineMerger } from '../line-merger.ts';
import { inOrderOfTime, type LogLine } from '../log-source.ts';
import { formatLogLine } from './log-format.ts';
import { colorPalette, plainPalette } from './palette.ts';

const at = (second: number, source: string | null, words: string, level = 'info '): LogLine => ({
  source,
  text: `2026-11-22T10:00:0${second}.000Z ${level} ${words}`,
});

const zone = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('a line of a log', () => {
  const line = at(1, 'db', 'retrying in 4 s [connecting → retrying after tunnel-ended]', 'warn ');
  const now = Date.parse('2026-11-22T20:00:00Z');
  const plain = { palette: plainPalette, now };

  it.each([
    ['table', true, '11:00:01  db  warning: retrying in 4 s'],
    ['table', false, '11:00:01  warning: retrying in 4 s'],
    [
      'text',
      true,
      'db  2026-11-22T10:00:01.000Z warn  retrying in 4 s [connecting → retrying after tunnel-ended]',
    ],
    [
      'json',
      true,
      '{"time":"2026-11-22T10:00:01.000Z","level":"warn","service":"db","message":"retrying in 4 s","step":"connecting → retrying after tunnel-ended"}',
    ],
  ] as const)('is shown as %s, naming its log: %s', (format, namesSources, shown) => {
    expect(formatLogLine(line, { ...plain, format, namesSources })).toBe(shown);
  });

  it('shows its date unless it is today, and is unchanged with --debug', () => {
    const view = { ...plain, format: 'table', namesSources: false } as const;
    expect(formatLogLine(line, { ...view, now: now + 86_400_000 })).toBe(
      '2026-11-22 11:00:01  warning: retrying in 4 s',
    );
    expect(formatLogLine(line, { ...view, isRaw: true })).toBe(line.text);
  });

  it('shows the step of the state machine if it has no message', () => {
    const bare = at(1, 'db', '[up → stopping after turned-off]', 'debug');
    expect(formatLogLine(bare, { ...plain, format: 'table', namesSources: false })).toBe(
      '11:00:01  debug: up → stopping after turned-off',
    );
  });

  it('is colored by its level', () => {
    const shown = formatLogLine(line, { format: 'table', palette: colorPalette, namesSources: false, now });
    expect(onScreen(shown)).toBe('\u001b[2m11:00:01\u001b[22m  \u001b[33mwarning: retrying in 4 s\u001b[39m');
  });

  it('shows only its text if the level is none of ours, even a name that every object has', () => {
    const odd = at(1, null, 'started', 'constructor');
    expect(formatLogLine(odd, { ...plain, format: 'table', namesSources: false })).toBe('11:00:01  started');
  });

  it('is unchanged if another program wrote it', () => {
    const odd = { source: null, text: 'Segmentation fault' };
    expect(formatLogLine(odd, { ...plain, format: 'table', namesSources: true })).toBe(
      'localport  Segmentation fault',
    );
    expect(JSON.parse(formatLogLine(odd, { ...plain, format: 'json', namesSources: true }))).toEqual({
      time: null,
      level: '',
      service: null,
      message: 'Segmentation fault',
      step: null,
    });
  });
});

describe('lines of several logs', () => {
  it('are sorted by absolute time, whatever their offset', () => {
    const lines = [
      { source: 'db', text: '2026-10-25T02:30:00.000+02:00 info  a' },
      { source: 'web', text: '2026-10-25T02:10:00.000+01:00 info  b' },
    ];
    expect(inOrderOfTime(lines.toReversed()).map(({ text }) => text.at(-1))).toEqual(['a', 'b']);
  });

  it('are sorted by time, and keep their order if times are equal', () => {
    const lines = [at(3, 'db', 'c'), at(1, 'web', 'a'), at(3, 'db', 'd'), at(2, null, 'b')];
    expect(inOrderOfTime(lines).map(({ text }) => text.at(-1))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('wait for each other briefly while they are followed', async () => {
    const clock = new FakeClock();
    const printed: string[][] = [];
    const merger = new LineMerger(clock, (lines) => printed.push(lines.map(({ text }) => text.slice(-1))));
    merger.add([at(2, 'db', 'b')]);
    await clock.advance(100);
    merger.add([at(1, 'web', 'a')]);
    expect(printed).toEqual([]);
    await clock.advance(50);
    merger.add([at(3, 'db', 'c')]);
    merger.flush();
    expect(printed).toEqual([['a', 'b'], ['c']]);
    await clock.advance(1_000);
    expect(printed).toHaveLength(2);
  });
});
