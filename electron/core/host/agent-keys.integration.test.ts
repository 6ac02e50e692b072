/** Keys for the agent: real ssh-add, ssh-agent and keys, and a simulated user. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSshClient, lockKey, type SshClient } from '../../../e2e/fixtures/ssh-client.ts';
import { startSshAgent, type SshAgent } from '../../../e2e/fixtures/ssh-agent.ts';
import { describeCause, withLockedKey } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { GroupLauncher } from '../process/child-launcher.ts';
import { PromptQueue } from '../prompts/prompt-queue.ts';
import { serviceWith, sshConnection } from '../tunnel/testing/service-specs.ts';
import { AgentKeys } from './agent-keys.ts';

const passphrase = 'tortoise & hare';

let client: SshClient;
let agent: SshAgent;
let runtimeDirectory: string;
let launcher: GroupLauncher;
/** The user's answers, in order; null dismisses the question. */
let answers: (string | null)[];
/** The questions that were asked. */
let asked: string[];
let tried: (readonly string[])[];

beforeEach(async () => {
  [client, agent] = await Promise.all([createSshClient(), startSshAgent()]);
  runtimeDirectory = await mkdtemp(path.join(os.tmpdir(), 'localport-run-'));
  await client.addConfig(`Host *\n  IdentityAgent ${agent.socket}`);
  await lockKey(client.keyFile, passphrase);
  [answers, asked, tried] = [[], [], []];
});

afterEach(async () => {
  expect(launcher.alive()).toEqual([]);
  expect(await readdir(runtimeDirectory)).toEqual([]);
  await Promise.all([client.dispose(), agent.dispose(), rm(runtimeDirectory, { recursive: true })]);
});

const refused = describeCause('auth-failed', { host: 'bastion' });
const aService = (name: string, cause: ServiceSnapshot['cause']): ServiceSnapshot => ({
  ...atRest,
  name,
  technology: 'ssh',
  description: null,
  tags: [],
  route: 'bastion → db:5432',
  localPort: 1,
  desired: 'on',
  phase: 'failed',
  health: 'unknown',
  since: 0,
  cause,
});

/** `keeps open`: the user answers nothing. */
function setUp(user: 'answers' | 'keeps open' = 'answers', answerMs = 20_000): AgentKeys {
  const environment = (): Readonly<Record<string, string>> => ({
    PATH: [client.binDirectory, process.env['PATH']].join(path.delimiter),
  });
  launcher = new GroupLauncher({ clock: systemClock, log: silentLogger, environment, registries: [] });
  const seen = new Set<string>();
  const prompts: PromptQueue = new PromptQueue({
    clock: systemClock,
    onChange: () => {
      const [prompt] = prompts.prompts();
      if (prompt === undefined || seen.has(prompt.id)) return;
      seen.add(prompt.id);
      asked.push(`${prompt.asker}${prompt.isRepeated ? ' again' : ''}`);
      if (user === 'keeps open') return;
      const answer = answers.shift() ?? null;
      if (answer === null) prompts.dismiss(prompt.id);
      else prompts.answer(prompt.id, answer);
    },
    onSecret: () => undefined,
  });
  prompts.attend();
  return new AgentKeys({
    clock: systemClock,
    launcher,
    prompts,
    platform: process.platform,
    environment,
    runtimeDirectory,
    answerMs,
    specs: () => ['db', 'web', 'other'].map((name) => ({ ...serviceWith(sshConnection()), name })),
    services: () => [
      aService('db', withLockedKey(refused, client.keyFile)),
      aService('web', withLockedKey(refused, client.keyFile)),
      aService('other', refused),
    ],
    onAdded: (names) => {
      tried.push(names);
      return Promise.resolve();
    },
  });
}

it('a key is in the agent after the right passphrase, and all services that wait for it are retried', async () => {
  answers = ['wrong', passphrase];
  expect(await setUp().add('db')).toEqual({ ok: true, value: undefined });
  expect(asked).toEqual(['id_ed25519', 'id_ed25519 again']);
  expect(await agent.keys()).toContain('ssh-ed25519 ');
  expect(tried).toEqual([['db', 'web']]);
});

it('a dismissed question adds nothing and is reported', async () => {
  expect(await setUp().add('db')).toEqual({
    ok: false,
    error: 'The key was not added: it needs its passphrase',
  });
  expect(await agent.keys()).toBe('');
  expect(tried).toEqual([]);
});

it('a missing file is reported with the error message of ssh-add', async () => {
  await rm(client.keyFile);
  const added = await setUp().add('db');
  expect(added.ok ? '' : added.error).toBe(
    `The key was not added: ${client.keyFile}: No such file or directory`,
  );
});

it('nothing is added for a service whose cause names no key', async () => {
  const keys = setUp();
  expect(await keys.add('other')).toEqual({ ok: false, error: 'other is not waiting for a key' });
  expect(await keys.add('none')).toEqual({ ok: false, error: 'none is not waiting for a key' });
});

it('a cancel before ssh-add runs keeps it from running, and nothing is asked', async () => {
  const keys = setUp();
  answers = [passphrase];
  const added = keys.add('db');
  await keys.cancel();
  expect((await added).ok).toBe(false);
  expect([asked, await agent.keys()]).toEqual([[], '']);
});

it('the second of two that overlap replaces the first', async () => {
  const keys = setUp();
  answers = [passphrase];
  const [first, second] = await Promise.all([keys.add('db'), keys.add('web')]);
  expect([first.ok, second.ok, asked.length]).toEqual([false, true, 1]);
});

it('a cancel while the question is open asks nothing more', async () => {
  answers = [];
  const keys = setUp('keeps open');
  const added = keys.add('db');
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(1);
  await keys.cancel();
  expect((await added).ok).toBe(false);
  expect(asked).toHaveLength(1);
});

it('an agent that does not answer is not waited for forever', async () => {
  await rm(agent.socket);
  const held: Socket[] = [];
  const silent = createServer((socket) => held.push(socket)).listen(agent.socket);
  answers = [passphrase];
  expect(await setUp('answers', 500).add('db')).toEqual({
    ok: false,
    error: 'The key was not added: the agent did not answer within 0.5 s',
  });
  for (const socket of held) socket.destroy();
  silent.close();
});
