import { describe, expect, it } from 'vitest';
import { onScreen } from '../../core/observability/visible-output.ts';
import { choosePalette, colorPalette, plainPalette } from './palette.ts';

describe('the palette', () => {
  it.each([
    ['a terminal has colors', { allowed: true, isTerminal: true, env: {} }, colorPalette],
    ['a pipe has none', { allowed: true, isTerminal: false, env: {} }, plainPalette],
    ['--no-color takes them away', { allowed: false, isTerminal: true, env: {} }, plainPalette],
    ['NO_COLOR takes them away', { allowed: true, isTerminal: true, env: { NO_COLOR: '1' } }, plainPalette],
    ['an empty NO_COLOR does not', { allowed: true, isTerminal: true, env: { NO_COLOR: '' } }, colorPalette],
    ['a dumb terminal has none', { allowed: true, isTerminal: true, env: { TERM: 'dumb' } }, plainPalette],
    [
      'FORCE_COLOR gives them to a pipe',
      { allowed: true, isTerminal: false, env: { FORCE_COLOR: '1' } },
      colorPalette,
    ],
    [
      'NO_COLOR overrides FORCE_COLOR',
      { allowed: true, isTerminal: true, env: { FORCE_COLOR: '1', NO_COLOR: '1' } },
      plainPalette,
    ],
  ])('%s', (_, wish, palette) => {
    expect(choosePalette(wish)).toBe(palette);
  });

  it('ends each color that it begins', () => {
    expect(onScreen(colorPalette.good('up'))).toBe('\u001b[32mup\u001b[39m');
    expect(colorPalette.good('')).toBe('');
  });
});
