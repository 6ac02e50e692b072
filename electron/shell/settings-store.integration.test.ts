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

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'localport-settings-'));
  file = path.join(folder, 'settings.json');
  warnings = [];
  log = { ...silentLogger, warn: (message) => warnings.push(message) };
});
afterEach(() => rm(folder, { recursive: true }));

test('without a file the defaults hold, silently', () => {
  expect(SettingsStore.load(file, log).current).toMatchObject({ notifications: true });
  expect(warnings).toEqual([]);
});

test('a change holds at once and over a restart, in a file that is the user’s alone', async () => {
  const store = SettingsStore.load(file, log);
  const written = store.change({ notifications: false });
  expect(store.current).toMatchObject({ notifications: false });
  await written;
  expect(SettingsStore.load(file, log).current).toMatchObject({ notifications: false });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('changes in quick succession end with the last one, and leave no other file', async () => {
  const store = SettingsStore.load(file, log);
  await Promise.all([false, true, false].map((notifications) => store.change({ notifications })));
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ notifications: false });
  expect(await readdir(folder)).toEqual(['settings.json']);
});

test.each(['{ not json', '{"notifications":"perhaps"}', '[]'])(
  '%s counts as none, with a warning',
  async (text) => {
    await writeFile(file, text, { mode: 0o600 });
    expect(SettingsStore.load(file, log).current).toMatchObject({ notifications: true });
    expect(warnings).toHaveLength(1);
  },
);

test('a file that others may write is not believed', async () => {
  await writeFile(file, '{"notifications":false}');
  await chmod(file, 0o666);
  expect(SettingsStore.load(file, log).current).toMatchObject({ notifications: true });
  expect(warnings).toHaveLength(1);
});
