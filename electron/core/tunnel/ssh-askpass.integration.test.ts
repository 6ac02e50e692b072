import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askpassEnvironment, writeAskpass } from './ssh-askpass.ts';

const run = promisify(execFile);
const password = String.raw`-n it's 100% "s3cret" \n $HOME`;
let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'localport-askpass-'));
  file = path.join(directory, 'pass');
  writeAskpass(file);
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const ask = (prompt: string): Promise<{ stdout: string }> =>
  run(file, [prompt], { env: { ...process.env, ...askpassEnvironment(file, password) } });

it.each(["deploy@bastion's password: ", '(deploy@bastion) Password: '])('answers to %j', async (prompt) => {
  expect((await ask(prompt)).stdout).toBe(`${password}\n`);
});

it.each([
  "Enter passphrase for key '/home/u/password-key': ",
  'Verification code: ',
  'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
])('does not answer to %j', async (prompt) => {
  await expect(ask(prompt)).rejects.toMatchObject({ code: 1, stdout: '' });
});

it('holds no secret and belongs to its owner alone', async () => {
  expect(await readFile(file, 'utf8')).not.toContain('s3cret');
  expect((await stat(file)).mode & 0o777).toBe(0o700);
});
