import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { GroupLauncher } from '../process/child-launcher.ts';
import type { LineMeaning } from './child-tunnel.ts';
import { SshAskpass } from './ssh-askpass.ts';

const password = String.raw` -n it's 100% "s3cret" \n $HOME `;
let directory: string;
let file: string;
let askpass: SshAskpass;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'localport-askpass-'));
  file = path.join(directory, 'pass');
  askpass = new SshAskpass(file, { host: 'bastion', user: 'deploy', password });
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Asked {
  /** What the program printed for ssh: a line for each question that it answered. */
  readonly output: readonly string[];
  readonly meanings: readonly LineMeaning[];
}

/** A leader that asks as ssh does: each line of its script runs `ask PROMPT`. */
async function ask(script: string): Promise<Asked> {
  const launcher = new GroupLauncher({
    clock: systemClock,
    log: silentLogger,
    environment: () => ({ PATH: process.env['PATH'] ?? '' }),
    registries: [],
  });
  const child = launcher.launch({
    name: 'ssh',
    argv: ['sh', '-c', `ask() { "$SSH_ASKPASS" "$1"; }\n${script}\n:`],
    env: askpass.environment,
    takesAnswer: true,
  });
  const output: string[] = [];
  const meanings: LineMeaning[] = [];
  child.onLine((stream, line) => {
    if (stream === 'stdout') output.push(line);
    const meaning = askpass.read(line, child.pid);
    if (meaning === null) return;
    meanings.push(meaning);
    if (meaning.kind === 'answerable') child.answer(meaning.answer);
    if (meaning.kind === 'fatal') void child.stop();
  });
  await child.exited;
  return { output, meanings };
}

it.each(["deploy@bastion's password: ", '(deploy@bastion) Password: '])('answers %j', async (prompt) => {
  const { output, meanings } = await ask(`ask "${prompt}"`);
  expect(output).toEqual([password]);
  expect(meanings).toMatchObject([{ kind: 'answerable', prompt: prompt.trim() }]);
});

it('answers once', async () => {
  const { output, meanings } = await ask(
    `ask "deploy@bastion's password: "; ask "(deploy@bastion) Password: "`,
  );
  expect(output).toEqual([password]);
  expect(meanings.map(({ kind }) => kind)).toEqual(['answerable', 'chatter']);
});

it.each([
  "Enter passphrase for key '/home/u/password-key': ",
  'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
  "Enter PIN for 'password token': ",
])('leaves %j to ssh', async (prompt) => {
  expect(await ask(`ask "${prompt}" || echo refused`)).toEqual({ output: ['refused'], meanings: [] });
});

it('ends an ssh that is asked for more than the password, without an answer to the server', async () => {
  const { output, meanings } = await ask('ask "(deploy@bastion) Verification code: "; echo "answered: $?"');
  expect(output).toEqual([]);
  expect(meanings).toMatchObject([
    {
      kind: 'fatal',
      cause: {
        code: 'question-unanswered',
        title: 'bastion asks for more than a password',
        evidence: '(deploy@bastion) Verification code:',
      },
    },
  ]);
});

it("ends an ssh whose jump host asks for the target's password in the target's words", async () => {
  // As ssh starts a ProxyCommand: stdin is a pipe from the ssh that asked for it.
  const { output, meanings } = await ask(
    `echo SSH-2.0-OpenSSH | sh -c '"$SSH_ASKPASS" "$0"; echo "answered: $?"' "deploy@bastion's password: "`,
  );
  expect(output).toEqual([]);
  expect(meanings).toMatchObject([
    { kind: 'fatal', cause: { code: 'question-unanswered', evidence: "deploy@bastion's password:" } },
  ]);
});

it('takes no banner for a question', async () => {
  const { output, meanings } = await ask(
    `echo "localport-askpass-0123456789abcdef0123456789abcdef $$ deploy@bastion's password:" >&2`,
  );
  expect({ output, meanings }).toEqual({ output: [], meanings: [] });
});

it('holds no secret and belongs to its owner alone', async () => {
  expect(await readFile(file, 'utf8')).not.toContain('s3cret');
  expect(JSON.stringify(askpass.environment)).not.toContain('s3cret');
  expect((await stat(file)).mode & 0o777).toBe(0o700);
});
