import { expect, test } from 'vitest';
import { preventAppNap } from './app-nap.ts';

const defaultsSetOn = (platform: NodeJS.Platform): readonly unknown[] => {
  const set: unknown[] = [];
  const systemPreferences = { setUserDefault: (...args: readonly unknown[]) => void set.push(args) };
  preventAppNap(() => systemPreferences, platform);
  return set;
};

test('on macOS the user default that AppKit reads turns App Nap off', () => {
  expect(defaultsSetOn('darwin')).toEqual([['NSAppSleepDisabled', 'boolean', true]]);
});

test('on other systems nothing is set', () => {
  expect(defaultsSetOn('linux')).toEqual([]);
});
