import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/testing/fake-clock.ts';
import { onScreen } from '../../core/observability/visible-output.ts';
import { LineMerger } from '../line-merger.ts';
import { inOrderOfTime, type LogLine } from '../log-source.ts';
import { formatLogLine } from './log-format.ts';
import { colourPalette, plainPalette } from './palette.ts';

const at = (second: number, source: string | null, words: string, level = 'info '): LogLine => ({
  source,
  text: `2026-11-22T10:00:0${second}.000Z ${level} ${words}`,
});

describe('a line of a log', () => {
  const line = at(1, 'db', 'up → retrying', 'warn ');

  it.each([
    ['table', true, '2026-11-22T10:00:01.000Z db  warn  up → retrying'],
    ['table', false, '2026-11-22T10:00:01.000Z warn  up → retrying'],
    ['text', true, 'db  2026-11-22T10:00:01.000Z warn  up → retrying'],
    [
      'json',
      true,
      '{"time":"2026-11-22T10:00:01.000Z","level":"warn","service":"db","message":"up → retrying"}',
    ],
  ] as const)('is shown as %s, naming its log: %s', (format, namesSources, shown) => {
    expect(formatLogLine(line, { format, palette: plainPalette, namesSources })).toBe(shown);
  });

  it('is coloured by its level', () => {
    const shown = formatLogLine(line, { format: 'table', palette: colourPalette, namesSources: false });
    expect(onScreen(shown)).toBe(
      '\u001b[2m2026-11-22T10:00:01.000Z\u001b[22m \u001b[33mwarn  up → retrying\u001b[39m',
    );
  });

  it('is kept as it is when somebody else wrote it', () => {
    const odd = { source: null, text: 'Segmentation fault' };
    expect(formatLogLine(odd, { format: 'table', palette: plainPalette, namesSources: true })).toBe(
      'localport  Segmentation fault',
    );
    expect(
      JSON.parse(formatLogLine(odd, { format: 'json', palette: plainPalette, namesSources: true })),
    ).toEqual({
      time: null,
      level: '',
      service: null,
      message: 'Segmentation fault',
    });
  });
});

describe('lines of several logs', () => {
  it('are sorted by time, and stay in order where times are the same', () => {
    const lines = [at(3, 'db', 'c'), at(1, 'web', 'a'), at(3, 'db', 'd'), at(2, null, 'b')];
    expect(inOrderOfTime(lines).map(({ text }) => text.at(-1))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('wait for each other for a moment while they are followed', async () => {
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
