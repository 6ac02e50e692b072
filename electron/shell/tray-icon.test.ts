import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { trayIconFile } from './tray-icon.ts';

const tones = ['up', 'working', 'trouble', 'off'] as const;
const platforms = ['darwin', 'linux'] as const;
const icons = path.resolve(import.meta.dirname, '../../build/icons');

describe.each(platforms)('on %s', (platform) => {
  test('each state has an icon of its own', () => {
    expect(new Set(tones.map((tone) => trayIconFile(tone, platform))).size).toBe(4);
  });

  test.each(tones)('the icon for %s is drawn, also for dense screens', (tone) => {
    const file = trayIconFile(tone, platform);
    expect(
      [file, file.replace('.png', '@2x.png')].filter((name) => !existsSync(path.join(icons, name))),
    ).toEqual([]);
  });
});

test('only macOS tints the icon by itself, which it does for files named Template', () => {
  expect(trayIconFile('up', 'darwin')).toMatch(/Template\.png$/);
  expect(trayIconFile('up', 'linux')).not.toMatch(/Template/);
});
