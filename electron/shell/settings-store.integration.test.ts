import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Logger } from '../core/observability/logger.ts';
import { silentLogger } from '../core/observability/logger.ts';
import { SettingsStore } from './settings-store.ts';

let folder: string;
let file: string;
let warnings: string[];
let log: Logger;

const defaults = {
  notifications: true,
  recoveryNotices: true,
  shortcut: null,
  newHold: '',
  newOnDemand: false,
  folded: [],
  updates: true,
  updateCheckedAt: null,
};
const quiet = { ...defaults, notifications: false };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'localport-settings-'));
  file = path.join(folder, 'settings.json');
  warnings = [];
  log = { ...silentLogger, warn: (message) => warnings.push(message) };
});
afterEach(() => rm(folder, { recursive: true }));

test('without a file the defaults apply, silently', () => {
  expect(SettingsStore.load(file, log).current).toEqual(defaults);
  expect(warnings).toEqual([]);
});

test('a change takes effect at once and survives a restart, in a file accessible only to the user', async () => {
  const store = SettingsStore.load(file, log);
  const written = store.change({ notifications: false });
  expect(store.current).toEqual(quiet);
  await written;
  expect(SettingsStore.load(file, log).current).toEqual(quiet);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('what is known about updates also survives a restart', async () => {
  await SettingsStore.load(file, log).change({ updates: false, updateCheckedAt: 1_000 });
  expect(SettingsStore.load(file, log).current).toEqual({
    ...defaults,
    updates: false,
    updateCheckedAt: 1_000,
  });
});

test('after changes in quick succession the last one is stored, with no other file left', async () => {
  const store = SettingsStore.load(file, log);
  await Promise.all([false, true, false].map((notifications) => store.change({ notifications })));
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ version: 1, ...quiet });
  expect(await readdir(folder)).toEqual(['settings.json']);
});

test.each(['{ not json', '{"notifications":"perhaps"}', '[]'])(
  '%s counts as none, with a warning',
  async (text) => {
    await writeFile(file, text, { mode: 0o600 });
    expect(SettingsStore.load(file, log).current).toEqual(defaults);
    expect(warnings).toHaveLength(1);
  },
);

test('a file without a version is from an earlier LocalPort: it is used, and gets a version once written', async () => {
  await writeFile(file, '{"notifications":false}', { mode: 0o600 });
  const store = SettingsStore.load(file, log);
  expect([store.current, warnings]).toEqual([quiet, []]);
  await store.change({ notifications: true });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ version: 1, ...defaults });
});

test('a file from a newer LocalPort is not changed, and changes apply to this run only', async () => {
  const text = '{"version":2,"notifications":"only at night"}';
  await writeFile(file, text, { mode: 0o600 });
  const store = SettingsStore.load(file, log);
  await store.change({ notifications: false });
  expect(store.current).toEqual(quiet);
  expect(await readFile(file, 'utf8')).toBe(text);
  expect(warnings).toEqual([
    `The settings in ${file} are neither used nor changed: it was written by a newer LocalPort (version 2 of the file, this LocalPort knows 1); the defaults hold.`,
  ]);
});

test('a file that others can write is ignored', async () => {
  await writeFile(file, '{"notifications":false}');
  await chmod(file, 0o666);
  expect(SettingsStore.load(file, log).current).toEqual(defaults);
  expect(warnings).toHaveLength(1);
});
