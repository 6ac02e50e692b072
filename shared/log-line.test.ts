import { afterEach, expect, it } from 'vitest';
import { localIsoTime, logLineParts } from './log-line.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

it.each([
  ['UTC', '2026-11-22T10:11:12.013Z'],
  ['Europe/Berlin', '2026-11-22T11:11:12.013+01:00'],
  ['America/St_Johns', '2026-11-22T06:41:12.013-03:30'],
])('writes local time with its offset: %s', (name, written) => {
  process.env['TZ'] = name;
  const at = Date.parse('2026-11-22T10:11:12.013Z');
  expect(localIsoTime(at)).toBe(written);
  expect(Date.parse(written)).toBe(at);
});

it('splits a line into time, level, text and state transition', () => {
  const time = '2026-11-22T11:11:12.013+01:00';
  expect(logLineParts(`${time} info  connected in 0.2 s [connecting → up after tunnel-ready]`)).toEqual({
    time,
    level: 'info',
    message: 'connected in 0.2 s',
    step: 'connecting → up after tunnel-ready',
  });
  expect(logLineParts(`${time} debug [up → stopping after turned-off]`)).toMatchObject({
    message: '',
    step: 'up → stopping after turned-off',
  });
  expect(logLineParts(`${time} error [ssh] Permission denied`)).toMatchObject({
    message: '[ssh] Permission denied',
    step: null,
  });
  expect(logLineParts('Segmentation fault')).toEqual({
    time: '',
    level: '',
    message: 'Segmentation fault',
    step: null,
  });
});
