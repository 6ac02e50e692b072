import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { RememberedNames } from './remembered-names.ts';

let folder: string;
let file: string;
let complaints: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'localport-names-'));
  file = path.join(folder, 'remembered-answers.json');
  complaints = [];
});

afterEach(() => rm(folder, { recursive: true }));

function names(): RememberedNames {
  const complain = (text: string): void => void complaints.push(text);
  return new RememberedNames(folder, { ...silentLogger, warn: complain, error: complain });
}

it('stores names readable only by the user, and sees what another process removes', async () => {
  const [host, command] = [names(), names()];
  expect(host.all()).toEqual([]);
  await host.add('password of me@bastion');
  await host.add('passphrase of ~/.ssh/id');
  await host.add('password of me@bastion');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(command.all()).toEqual(['passphrase of ~/.ssh/id', 'password of me@bastion']);
  await command.remove('password of me@bastion');
  expect(host.has('password of me@bastion')).toBe(false);
  expect(complaints).toEqual([]);
});

it('bounds the number of names, dropping the oldest first', async () => {
  const noted = names();
  for (let count = 0; count < 205; count += 1) await noted.add(`password of u${String(count)}@h`);
  expect(noted.all()).toHaveLength(200);
  expect(noted.has('password of u4@h')).toBe(false);
  expect(noted.has('password of u5@h')).toBe(true);
});

it('replaces a damaged file, and warns about it once', async () => {
  await writeFile(file, '{"version":1,"names":[7]}');
  const noted = names();
  expect([noted.all(), noted.all()]).toEqual([[], []]);
  expect(complaints).toHaveLength(1);
  await noted.add('password of me@bastion');
  expect(noted.all()).toEqual(['password of me@bastion']);
});

it('leaves the file of a newer LocalPort as it is', async () => {
  const newer = '{"version":2,"names":["x"]}';
  await writeFile(file, newer);
  const noted = names();
  expect(noted.all()).toEqual([]);
  await noted.add('password of me@bastion');
  expect(await readFile(file, 'utf8')).toBe(newer);
  expect(complaints.join('\n')).toContain('newer LocalPort');
});
