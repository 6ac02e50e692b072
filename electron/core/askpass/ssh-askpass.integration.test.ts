import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { GroupLauncher } from '../process/child-launcher.ts';
import type { AnswerKeychain } from '../prompts/answer-keychain.ts';
import { PromptQueue } from '../prompts/prompt-queue.ts';
import { type PromptMeaning, SshAskpass } from './ssh-askpass.ts';

const password = String.raw` -n it's 100% "s3cret" \n $HOME `;
let directory: string;
let file: string;
let promptQueue: PromptQueue;
let askpass: SshAskpass;
/** The user's answers, one after the other; null dismisses. */
let answers: (string | null)[];
/** The prompts that the user got. */
let asked: string[];
let leave = (): void => undefined;
/** Gives the same answer to everything, however often it is forgotten. */
let keychain: { stored: string | null; readonly recalled: string[]; readonly forgotten: string[] };

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'localport-askpass-'));
  file = path.join(directory, 'pass');
  answers = [];
  asked = [];
  keychain = { stored: null, recalled: [], forgotten: [] };
  promptQueue = new PromptQueue({
    clock: systemClock,
    onChange: answerNext,
    onSecret: () => undefined,
    keychain: stubbornKeychain(),
  });
  askpass = askpassWith(password);
});

afterEach(async () => {
  leave();
  leave = () => undefined;
  await askpass.close();
  expect(await readdir(directory)).toEqual([]);
  await rm(directory, { recursive: true });
});

const askpassWith = (stored: string | null): SshAskpass =>
  new SshAskpass(
    file,
    {
      services: () => ['web'],
      onUserNeeded: () => undefined,
      key: 'login',
      host: 'bastion',
      port: null,
      jump: [],
      user: 'deploy',
      password: stored,
    },
    promptQueue,
  );

const stubbornKeychain = (): AnswerKeychain => ({
  get isEmpty() {
    return keychain.stored === null;
  },
  has: () => keychain.stored !== null,
  isAvailable: () => Promise.resolve(true),
  recall: (name) => {
    keychain.recalled.push(name);
    return Promise.resolve(keychain.stored);
  },
  keep: () => Promise.resolve(),
  forget: (name) => {
    keychain.forgotten.push(name);
    return Promise.resolve();
  },
});

function answerNext(): void {
  const [prompt] = promptQueue.prompts();
  if (prompt === undefined || prompt.kind === 'touch') return;
  asked.push(`${prompt.asker}: ${prompt.words}${prompt.isRepeated ? ' (again)' : ''}`);
  const answer = answers.shift() ?? null;
  if (answer === null) promptQueue.dismiss(prompt.id);
  else promptQueue.answer(prompt.id, answer);
}

const attend = (...given: (string | null)[]): void => {
  leave = promptQueue.attend();
  answers.push(...given);
};

interface Asked {
  /** The program's output for ssh: a line for each prompt that it answered. */
  readonly output: readonly string[];
  readonly meanings: readonly PromptMeaning[];
}

/** A leader that prompts as ssh does: each line of its script runs `ask PROMPT`. */
async function ask(script: string, version = '9.2p1'): Promise<Asked> {
  const launcher = new GroupLauncher({
    clock: systemClock,
    log: silentLogger,
    environment: () => ({ PATH: process.env['PATH'] ?? '' }),
    registries: [],
  });
  const child = launcher.launch({
    name: 'ssh',
    argv: [
      'sh',
      '-c',
      `ask() { "$SSH_ASKPASS" "$1"; }
echo 'debug1: Local version string SSH-2.0-OpenSSH_${version}' >&2
${script}\n:`,
    ],
    env: askpass.environment,
  });
  const output: string[] = [];
  const meanings: PromptMeaning[] = [];
  child.onLine((stream, line) => {
    if (stream === 'stdout') output.push(line);
    const meaning = askpass.read(line, child.pid);
    if (meaning === null || meaning.kind === 'chatter') return;
    meanings.push(meaning);
    if (meaning.kind === 'fatal') void child.stop();
    if (meaning.kind === 'question')
      void meaning.settled.then((cause) => (cause === null ? undefined : child.stop()));
  });
  await child.exited;
  return { output, meanings };
}

it.each(["deploy@bastion's password: ", '(deploy@bastion) Password: '])('answers %j', async (prompt) => {
  const { output, meanings } = await ask(`ask "${prompt}"`);
  expect(output).toEqual([password]);
  expect(meanings).toMatchObject([{ kind: 'question', prompt: prompt.trim() }]);
});

it('gives the stored password once, and stops an ssh that asks again', async () => {
  const { output, meanings } = await ask(
    `ask "deploy@bastion's password: "; ask "(deploy@bastion) Password: "; echo "answered: $?"`,
  );
  expect(output).toEqual([password]);
  expect(meanings).toMatchObject([
    { kind: 'question' },
    { kind: 'fatal', cause: { code: 'auth-failed', recheck: 'never' } },
  ]);
});

it('answers no prompt about a host key', async () => {
  attend('yes');
  const question = 'Are you sure you want to continue connecting (yes/no/[fingerprint])? ';
  expect(await ask(`ask "${question}" || echo refused`)).toEqual({ output: ['refused'], meanings: [] });
});

it.each(["Enter passphrase for key '/home/u/password-key': ", "Enter PIN for 'password token': "])(
  'answers %j with nothing while no user is available, and ssh continues without the key',
  async (prompt) => {
    const { output, meanings } = await ask(
      `ask "${prompt}" || echo refused; ask "deploy@bastion's password: "`,
    );
    expect(output).toEqual(['refused', password]);
    expect(meanings.map(({ kind }) => kind)).toEqual(['question', 'question']);
  },
);

it('stops an ssh that asks for a code while no user is available', async () => {
  const prompt = '(deploy@bastion) Verification code: ';
  const { output, meanings } = await ask(`ask "${prompt}"; echo "answered: $?"`);
  expect(output).toEqual([]);
  expect(meanings).toMatchObject([
    {
      kind: 'fatal',
      cause: {
        code: 'question-unanswered',
        title: 'bastion asks for a code',
        evidence: prompt.trim(),
        action: { command: 'localport ssh login bastion' },
      },
    },
  ]);
});

it('passes every other prompt on to the user', async () => {
  attend('tortoise', '123456');
  const { output } = await ask(
    `ask "Enter passphrase for key '/home/u/my key': "; ask "(deploy@bastion) Verification code: "`,
  );
  expect(output).toEqual(['tortoise', '123456']);
  expect(asked).toEqual([
    "my key: Enter passphrase for key '/home/u/my key':",
    'bastion: (deploy@bastion) Verification code:',
  ]);
});

it('marks a repeated prompt as a wrong answer, even if the answer was the stored password', async () => {
  attend('hare', 'tortoise', 'right');
  const { output } = await ask(
    `p="Enter passphrase for key '/k': "; ask "$p"; ask "$p"; q="deploy@bastion's password: "; ask "$q"; ask "$q"`,
  );
  expect(output).toEqual(['hare', 'tortoise', password, 'right']);
  expect(asked.map((question) => question.endsWith('(again)'))).toEqual([false, true, true]);
});

it('reuses an answer that has worked, and forgets one that was refused', async () => {
  const prompt = "Enter passphrase for key '/k': ";
  attend('tortoise', 'hare');
  await ask(`ask "${prompt}"; ask "(deploy@bastion) Code: "`);
  askpass.loggedIn();
  await askpass.close();
  askpass = askpassWith(null);
  expect((await ask(`ask "${prompt}"`)).output).toEqual(['tortoise']);
  expect(asked).toHaveLength(2);
  expect(askpass.explainEnd(refused())).toMatchObject({ recheck: 'never', action: { kind: 'log-in' } });
  await askpass.close();
  askpass = askpassWith(null);
  attend('hare');
  expect((await ask(`ask "${prompt}"; ask "(deploy@bastion) Code: "`)).output).toEqual(['hare']);
});

it("gives the keychain's answer once per login, whatever method asks for it", async () => {
  askpass = askpassWith(null);
  keychain.stored = 'stale';
  attend('right');
  const [interactive, plain] = ['(deploy@bastion) Password: ', "deploy@bastion's password: "];
  const { output } = await ask(`ask "${interactive}"; ask "${plain}"`);
  expect(output).toEqual(['stale', 'right']);
  expect(asked).toEqual([`bastion: ${plain.trim()} (again)`]);
  expect(keychain.recalled).toEqual(['password of deploy@bastion']);
  expect(keychain.forgotten).toEqual(['password of deploy@bastion']);
});

it('gives no keychain answer to a prompt that may mean something else', async () => {
  askpass = askpassWith(null);
  keychain.stored = 'hush';
  attend('1', '2', '3');
  await ask(
    `ask "(deploy@bastion) Verification code: "; ask "Password: "; ask "Enter PIN for ED25519-SK key /k: "`,
  );
  expect(asked).toHaveLength(3);
  expect(keychain.recalled).toEqual([]);
});

it("trusts no name, and remembers nothing, with an old ssh that shows servers' text unmarked", async () => {
  const prompt = "Enter passphrase for key '/k': ";
  attend('tortoise', null);
  await ask(`ask "${prompt}"`);
  askpass.loggedIn();
  await askpass.close();
  askpass = askpassWith(null);
  // A banner cannot make it newer.
  const banner = "echo 'debug1: Local version string SSH-2.0-OpenSSH_9.9' >&2";
  expect((await ask(`${banner}; ask "${prompt}"`, '8.4p1')).output).toEqual([]);
  expect(asked).toEqual([`k: ${prompt.trim()}`, `bastion: ${prompt.trim()}`]);
});

it('announces a touch of the security key, and waits only for ssh', async () => {
  attend();
  const launched = ask(`SSH_ASKPASS_PROMPT=none "$SSH_ASKPASS" "Confirm user presence for key" & pid=$!
    sleep 0.3; kill $pid; wait $pid; ask "deploy@bastion's password: "`);
  await expect.poll(() => promptQueue.prompts()).toMatchObject([{ kind: 'touch', asker: 'bastion' }]);
  expect((await launched).output).toEqual([password]);
  expect(promptQueue.prompts()).toEqual([]);
});

it('withdraws the announcement after the touch, which explains no later failure', async () => {
  attend();
  const launched = ask(`SSH_ASKPASS_PROMPT=none "$SSH_ASKPASS" "Confirm user presence for key" & pid=$!
    sleep 0.3; kill $pid; wait $pid; sleep 0.3`);
  await expect.poll(() => promptQueue.prompts()).toMatchObject([{ kind: 'touch' }]);
  await expect.poll(() => promptQueue.prompts(), { interval: 10 }).toEqual([]);
  await launched;
  const unreachable = describeCause('host-unreachable', { host: 'bastion' });
  expect(askpass.explainEnd(unreachable)).toBe(unreachable);
});

it('lets ssh wait for a touch when no user could see the announcement', async () => {
  const { output, meanings } = await ask(
    `SSH_ASKPASS_PROMPT=none "$SSH_ASKPASS" "Confirm user presence for key" & pid=$!
    sleep 0.3; kill $pid; wait $pid; echo "goes on"`,
  );
  expect({ output, meanings }).toEqual({ output: ['goes on'], meanings: [] });
});

it('reports that nobody answered when ssh exits first, or when the user dismisses', async () => {
  attend(null);
  const { meanings } = await ask('ask "(deploy@bastion) Code: "; echo "answered: $?"');
  const [meaning] = meanings;
  if (meaning?.kind !== 'question') throw new Error('not asked');
  const cause = await meaning.settled;
  expect(cause).toMatchObject({
    code: 'question-unanswered',
    recheck: 'never',
    action: { kind: 'log-in', label: 'Enter Code…' },
  });
  expect(askpass.explainEnd(refused())).toMatchObject({ code: 'question-unanswered' });
});

it("passes a jump host's prompt on to the user, even with the target's text", async () => {
  attend('for the gate');
  // As ssh starts a ProxyCommand: stdin is a pipe from the ssh that prompted for it.
  const { output } = await ask(
    `echo SSH-2.0-OpenSSH | sh -c '"$SSH_ASKPASS" "$0"; echo "answered: $?"' "deploy@bastion's password: "`,
  );
  expect(output).toEqual(['for the gate', 'answered: 0']);
});

it("stops an ssh whose jump host asks for the target's password with the target's text", async () => {
  const { output, meanings } = await ask(
    `echo SSH-2.0-OpenSSH | sh -c '"$SSH_ASKPASS" "$0"; echo "answered: $?"' "deploy@bastion's password: "`,
  );
  expect(output).toEqual([]);
  expect(meanings).toMatchObject([
    { kind: 'fatal', cause: { code: 'question-unanswered', evidence: "deploy@bastion's password:" } },
  ]);
});

it('does not mistake a banner for a prompt', async () => {
  const { output, meanings } = await ask(
    `echo "localport-askpass-0123456789abcdef0123456789abcdef $$ $$ ask deploy@bastion's password:" >&2`,
  );
  expect({ output, meanings }).toEqual({ output: [], meanings: [] });
});

it('contains no secret and is readable only by its owner', async () => {
  expect(await readFile(file, 'utf8')).not.toContain('s3cret');
  expect(JSON.stringify(askpass.environment)).not.toContain('s3cret');
  expect((await stat(file)).mode & 0o777).toBe(0o700);
});

const refused = (): Cause => describeCause('auth-failed', { host: 'bastion' });
