import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from './config-loader.ts';
import { inProcess } from './in-process-compiler.ts';
import { writeStarterConfig } from './starter-config.ts';
import { digestOf, TrustStore } from './trust-store.ts';

let folder: string;
let stateDirectory: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'localport-config-'));
  stateDirectory = path.join(folder, 'state');
});
afterEach(() => rm(folder, { recursive: true }));

const load = async (file: string): Promise<unknown> => {
  const context = { env: {}, homeDirectory: folder, uid: process.getuid?.() ?? 0 };
  const loaded = await loadConfig(file, context, inProcess);
  return loaded.ok ? loaded.value.services.map(({ name, problem }) => ({ name, problem })) : loaded.error;
};

test('without a config, a private, trusted one with comments is created, which forwards nothing yet', async () => {
  const file = path.join(folder, 'localport/config.yaml');
  expect(await writeStarterConfig(file, { stateDirectory })).toBe(true);
  expect(await load(file)).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const digest = digestOf(await readFile(file, 'utf8'));
  expect(await new TrustStore(stateDirectory).recordOf({ realPath: file, digest })).toBe('trusted');
});

test('each of its examples is valid when only that one is uncommented', async () => {
  const file = path.join(folder, 'config.yaml');
  await writeStarterConfig(file, { stateDirectory });
  const text = await readFile(file, 'utf8');
  const examples = text.match(/^# {3}- name: .*\n(?:# {5}.*\n)*/gm) ?? [];
  expect(examples.length).toBe(4);
  for (const example of examples) {
    await writeFile(file, text.replace(example, example.replaceAll(/^# /gm, '')));
    const name = /name: (.*)/.exec(example)?.[1];
    expect(await load(file)).toEqual([{ name, problem: null }]);
  }
});

test('an existing config is not changed', async () => {
  const file = path.join(folder, 'config.yaml');
  await writeFile(file, 'services: [] # mine\n');
  expect(await writeStarterConfig(file, { stateDirectory })).toBe(false);
  expect(await readFile(file, 'utf8')).toBe('services: [] # mine\n');
  expect(await writeStarterConfig(file, { stateDirectory, overwrite: true })).toBe(true);
});

test('a path where none can be created is an error', async () => {
  await writeFile(path.join(folder, 'file'), '');
  await expect(writeStarterConfig(path.join(folder, 'file/config.yaml'), { stateDirectory })).rejects.toThrow(
    /EEXIST|ENOTDIR/,
  );
});
