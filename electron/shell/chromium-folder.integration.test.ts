import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepChromiumFilesApart } from './chromium-folder.ts';

let folder: string;
let state: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'localport-chromium-'));
  state = path.join(folder, 'state/localport');
});
afterEach(() => rm(folder, { recursive: true }));

function pathsSet(switches: readonly string[] = []): readonly unknown[] {
  const set: unknown[] = [];
  keepChromiumFilesApart(
    {
      setPath: (...args) => void set.push(args),
      commandLine: { hasSwitch: (name) => switches.includes(name) },
    },
    state,
  );
  return set;
}

test('they go into a separate folder in the state folder, accessible only to the user', async () => {
  const chromium = path.join(state, 'chromium');
  expect(pathsSet()).toEqual([['userData', chromium]]);
  expect((await stat(chromium)).mode & 0o777).toBe(0o700);
  expect(pathsSet()).toEqual([['userData', chromium]]);
});

test('a folder given on the command line is kept', () => {
  expect(pathsSet(['user-data-dir'])).toEqual([]);
});

test('if the folder cannot be created, Electron keeps its default', async () => {
  await writeFile(path.join(folder, 'state'), 'a file');
  expect(pathsSet()).toEqual([]);
});

test('a symlink in its place is not followed', async () => {
  await mkdir(state, { recursive: true });
  await symlink(folder, path.join(state, 'chromium'));
  expect(pathsSet()).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)('a folder that is not writable is not used', async () => {
  const chromium = path.join(state, 'chromium');
  await mkdir(chromium, { recursive: true });
  await chmod(chromium, 0o500);
  expect(pathsSet()).toEqual([]);
  await chmod(chromium, 0o700);
});
