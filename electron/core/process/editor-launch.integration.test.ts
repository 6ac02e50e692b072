import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAtLine } from './editor-launch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lp-editor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = '/home/me/.config/localport/config.yaml';
const program = async (name: string, end = 0): Promise<void> => {
  const script = path.join(folder, name);
  await writeFile(script, `#!/bin/sh\nprintf '%s\\n' ${name} "$@" > ${folder}/told\nexit ${end}\n`);
  await chmod(script, 0o755);
};
const open = (): Promise<boolean> => openAtLine(file, 41, { PATH: `relative:${folder}` });
const told = async (): Promise<readonly string[]> =>
  (await readFile(path.join(folder, 'told'), 'utf8')).trim().split('\n');

test('the first installed editor opens the file at the line', async () => {
  await program('zed');
  await program('code');
  expect(await open()).toBe(true);
  expect(await told()).toEqual(['code', '--goto', `${file}:41`]);
});

test('Zed takes the line after the file', async () => {
  await program('zed');
  expect(await open()).toBe(true);
  expect(await told()).toEqual(['zed', `${file}:41`]);
});

test('the caller learns if there is no editor, or it fails', async () => {
  expect(await open()).toBe(false);
  await program('code', 1);
  expect(await open()).toBe(false);
});
