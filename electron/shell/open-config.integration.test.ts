import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '../core/config/config-loader.ts';
import { inProcess } from '../core/config/in-process-compiler.ts';
import { ensureConfigFile, openFile } from './open-config.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'localport-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const load = async (file: string): Promise<unknown> => {
  const context = { env: {}, homeDirectory: folder, uid: process.getuid?.() ?? 0 };
  const loaded = await loadConfig(file, context, inProcess);
  return loaded.ok ? loaded.value.services.map(({ name, problem }) => ({ name, problem })) : loaded.error;
};

test('where there is no config, a commented one is made, the user’s alone, that forwards nothing yet', async () => {
  const file = path.join(folder, 'localport/config.yaml');
  expect(await ensureConfigFile(file)).toEqual({ ok: true, value: 'created' });
  expect(await load(file)).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('its examples are valid once the comment signs are gone', async () => {
  const file = path.join(folder, 'config.yaml');
  await ensureConfigFile(file);
  const examples = (await readFile(file, 'utf8'))
    .replace('services: []', 'services:')
    .replaceAll(/^#(?= {2})/gm, '');
  await writeFile(file, examples);
  expect(await load(file)).toEqual([
    { name: 'postgres', problem: null },
    { name: 'redis', problem: null },
  ]);
});

test('a config that is there is not touched', async () => {
  const file = path.join(folder, 'config.yaml');
  await writeFile(file, 'services: [] # mine\n');
  expect(await ensureConfigFile(file)).toEqual({ ok: true, value: 'present' });
  expect(await readFile(file, 'utf8')).toBe('services: [] # mine\n');
});

test('a place where none can be made is named', async () => {
  await writeFile(path.join(folder, 'file'), '');
  const result = await ensureConfigFile(path.join(folder, 'file/config.yaml'));
  expect(result).toEqual({
    ok: false,
    error: expect.stringContaining('file/config.yaml could not be created') as string,
  });
});

test('a file that no program opens is shown in its folder', async () => {
  const shell = { openPath: vi.fn(() => Promise.resolve('no application')), showItemInFolder: vi.fn() };
  await openFile(shell, '/logs/postgres.log');
  expect(shell.showItemInFolder).toHaveBeenCalledWith('/logs/postgres.log');
});
