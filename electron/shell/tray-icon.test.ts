import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { trayIconFile } from './tray-icon.ts';

const tones = ['up', 'checking', 'working', 'trouble', 'off'] as const;
const platforms = ['darwin', 'linux'] as const;
const icons = path.resolve(import.meta.dirname, '../../build/icons');

describe.each(platforms)('on %s', (platform) => {
  test('each state has its own icon, except that checking looks like working and never like up', () => {
    const [up, checking, ...others] = tones.map((tone) => trayIconFile(tone, platform));
    expect(new Set([up, ...others]).size).toBe(4);
    expect(checking).toBe(trayIconFile('working', platform));
  });

  test('a ready forward looks like one that is up: nothing is left to wait for', () => {
    expect(trayIconFile('ready', platform)).toBe(trayIconFile('up', platform));
  });

  test.each(tones)('the icon for %s exists, also for high-density displays', (tone) => {
    const file = trayIconFile(tone, platform);
    expect(
      [file, file.replace('.png', '@2x.png')].filter((name) => !existsSync(path.join(icons, name))),
    ).toEqual([]);
  });
});

test('only macOS tints the icon itself, for files named Template', () => {
  expect(trayIconFile('up', 'darwin')).toMatch(/Template\.png$/);
  expect(trayIconFile('up', 'linux')).not.toMatch(/Template/);
});
