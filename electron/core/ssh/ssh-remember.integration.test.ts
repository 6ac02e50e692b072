/** Answers in the keychain, with real sshd and a fake of the keychain's program. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretTools, type SecretTools } from '../../../e2e/fixtures/secret-tools.ts';
import { lockKey } from '../../../e2e/fixtures/ssh-client.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { TunnelWorkshop } from '../tunnel/testing/tunnel-workshop.ts';
import { SshWorld } from './testing/ssh-world.ts';

const passphrase = String.raw`tortoise "&" \ hare`;
const password = 'target s3cret';

let tools: SecretTools;
let world: SshWorld;
let stateDirectory: string;
let later: TunnelWorkshop[];
/** The prompts that the user got: kind, whether it may be remembered, and why it is repeated. */
let asked: string[];

beforeEach(async () => {
  tools = createSecretTools();
  stateDirectory = await mkdtemp(path.join(os.tmpdir(), 'localport-state-'));
  world = await SshWorld.create({
    startTimeoutMs: 10_000,
    stateDirectory,
    binDirectories: [tools.binDirectory],
  });
  later = [];
  asked = [];
});

afterEach(async () => {
  for (const workshop of later) await workshop.dispose();
  await world.dispose();
  await rm(stateDirectory, { recursive: true });
  tools.dispose();
});

/** LocalPort after a restart: its memory is empty. */
async function restarted(): Promise<TunnelWorkshop> {
  const workshop = await TunnelWorkshop.create([world.client.binDirectory, tools.binDirectory], {
    startTimeoutMs: 10_000,
    stateDirectory,
  });
  later.push(workshop);
  return workshop;
}

interface UserAnswers {
  /** One after the other; dismisses when there are no more. */
  readonly answers: readonly string[];
  readonly remember?: boolean;
}

function attend({ prompts }: TunnelWorkshop, { answers, remember = true }: UserAnswers): void {
  const left = [...answers];
  prompts.attend();
  const workshop = [world.workshop, ...later].find((one) => one.prompts === prompts);
  if (workshop === undefined) throw new Error('no workshop has these prompts');
  workshop.onPrompt = () => {
    for (const { id, kind, remember: offer, isRepeated, wasRemembered } of prompts.prompts()) {
      const why = wasRemembered === true ? 'keychain refused' : isRepeated ? 'again' : '';
      asked.push([kind, offer ?? 'never', why].filter((part) => part !== '').join(', '));
      const answer = left.shift();
      if (answer === undefined) prompts.dismiss(id);
      else prompts.answer(id, answer, { remember });
    }
  };
}

/** Waits for running changes of the keychain. */
const keychainIsQuiet = async (): Promise<void> => world.workshop.prompts.keychain?.forget('no answer');

/** The answers in the keychain, by the names that LocalPort has stored. */
async function noted(): Promise<readonly string[]> {
  const text = await readFile(path.join(stateDirectory, 'remembered-answers.json'), 'utf8').catch(() => null);
  return text === null ? [] : (JSON.parse(text) as { names: readonly string[] }).names;
}

const nameOfKey = (): string => `passphrase of ${world.client.keyFile}`;

describe("the passphrase of the user's key", () => {
  let server: Sshd;

  beforeEach(async () => {
    server = await world.start();
    await lockKey(world.client.keyFile, passphrase);
  });

  it('is in the keychain after the login, and unlocks the key after a restart without a prompt', async () => {
    attend(world.workshop, { answers: [passphrase] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    expect(tools.keychain(nameOfKey())).toBe(passphrase);
    expect(await noted()).toEqual([nameOfKey()]);

    const workshop = await restarted();
    await workshop.openReady(world.to(server));
    expect(asked).toEqual(['passphrase, offered']);
    expect(workshop.secrets).toEqual([passphrase]);
    const readings = tools.calls().filter((call) => /lookup|find-/.test(call) && call.includes('passphrase'));
    // Once to verify the stored answer, and once for the login.
    expect(readings).toHaveLength(2);
    expect(tools.calls().join('\n')).not.toContain('tortoise');
    expect([...world.workshop.log, ...workshop.log].join('\n')).not.toContain('tortoise');
    for (const file of await readdir(stateDirectory)) {
      expect((await stat(path.join(stateDirectory, file))).mode & 0o777).toBe(0o600);
      expect(await readFile(path.join(stateDirectory, file), 'utf8')).not.toContain('tortoise');
    }
  });

  it('is stored only when it is right', async () => {
    attend(world.workshop, { answers: ['wrong', passphrase] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    expect(tools.keychain(nameOfKey())).toBe(passphrase);
  });

  it('is not stored when it was wrong and another key was accepted', async () => {
    const open = await world.client.createKey('open');
    await world.client.addConfig(`Host *\n  IdentityFile ${world.client.keyFile}\n  IdentityFile ${open}`);
    await server.dispose();
    const both = await world.start({
      config: [`AuthorizedKeysFile ${world.client.publicKeyFile} ${open}.pub`],
    });
    attend(world.workshop, { answers: ['wrong', 'wronger', 'wrongest'] });
    await world.workshop.openReady(world.to(both));
    expect(asked).toHaveLength(3);
    await keychainIsQuiet();
    expect(world.workshop.stored).toEqual([]);
    expect(tools.keychain(nameOfKey())).toBeNull();
  });

  it('is not stored when the user does not want that', async () => {
    attend(world.workshop, { answers: [passphrase], remember: false });
    await world.workshop.openReady(world.to(server));
    await keychainIsQuiet();
    expect(world.workshop.stored).toEqual([]);
    expect(await noted()).toEqual([]);
  });

  it('is given once when it has changed; the user is told, and the new one replaces it', async () => {
    attend(world.workshop, { answers: [passphrase] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    tools.setKeychain(nameOfKey(), 'old');

    const workshop = await restarted();
    attend(workshop, { answers: [passphrase] });
    await workshop.openReady(world.to(server));
    expect(asked).toEqual(['passphrase, offered', 'passphrase, offered, keychain refused']);
    await expect.poll(() => workshop.stored).toEqual([null]);
    expect(tools.keychain(nameOfKey())).toBe(passphrase);
  });

  it('is deleted when it was refused and no other was given', async () => {
    attend(world.workshop, { answers: [passphrase] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    tools.setKeychain(nameOfKey(), 'old');

    const workshop = await restarted();
    const cause = await workshop.openFailing(world.to(server));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never' });
    expect(cause.remedy).toContain('The answer in the keychain was not accepted, and was removed');
    await expect.poll(noted).toEqual([]);
    await expect.poll(() => tools.keychain(nameOfKey())).toBeNull();
  });

  it('is asked for when the keychain has lost it, or cannot be read', async () => {
    attend(world.workshop, { answers: [passphrase] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    const program = path.join(tools.binDirectory, process.platform === 'darwin' ? 'security' : 'secret-tool');
    const working = await readFile(program, 'utf8');
    await writeFile(program, '#!/bin/sh\necho locked >&2\nexit 51\n');

    const workshop = await restarted();
    attend(workshop, { answers: [passphrase] });
    await workshop.openReady(world.to(server));
    expect(asked).toEqual(['passphrase, offered', 'passphrase, unavailable']);
    // It may prompt the user to unlock it: not again before the user requests something.
    expect(workshop.prompts.keychain?.has(nameOfKey())).toBe(false);

    await writeFile(program, working);
    await rm(path.join(tools.binDirectory, '../secrets'), { recursive: true });
    await mkdir(path.join(tools.binDirectory, '../secrets'));
    const next = await restarted();
    attend(next, { answers: [passphrase], remember: false });
    await next.openReady(world.to(server));
    expect(asked.at(-1)).toBe('passphrase, offered');
    expect(await noted()).toEqual([]);
  });

  it('cannot be remembered without a keychain', async () => {
    for (const program of await readdir(tools.binDirectory)) await rm(path.join(tools.binDirectory, program));
    attend(world.workshop, { answers: [passphrase] });
    await world.workshop.openReady(world.to(server));
    expect(asked).toEqual(['passphrase, unavailable']);
    expect(world.workshop.stored).toEqual([]);
  });

  it('reports why it was not stored when the keychain fails', async () => {
    const program = path.join(tools.binDirectory, process.platform === 'darwin' ? 'security' : 'secret-tool');
    const working = await readFile(program, 'utf8');
    await writeFile(
      program,
      working.replace(
        "if (tool === 'op')",
        "if (words[0] === 'store' || words[0] === '-i') { console.error('read only'); process.exitCode = 1; } else if (tool === 'op')",
      ),
    );
    await chmod(program, 0o755);
    attend(world.workshop, { answers: [passphrase] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual(['read only']);
    expect(await noted()).toEqual([]);
  });
});

describe.runIf(await canServePasswords())('a password', () => {
  const failures = ({ log }: Sshd): number =>
    log.filter((line) => line.includes('Failed password') || line.includes('Failed keyboard')).length;

  it.each([
    ['the method password', ['PubkeyAuthentication no']],
    [
      'keyboard-interactive',
      [
        'PubkeyAuthentication no',
        'UsePAM yes',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication yes',
      ],
    ],
  ])('asked for by %s is given from the keychain to its account, and to no other port', async (_, config) => {
    const server = await world.start({ password, config });
    const other = await world.start({ password: 'another', config });
    attend(world.workshop, { answers: [password] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    const name = `password of ${server.user}@127.0.0.1:${String(server.port)}`;
    expect(await noted()).toEqual([name]);
    expect(tools.keychain(name)).toBe(password);

    const workshop = await restarted();
    await workshop.openReady(world.to(server));
    expect(asked).toEqual(['password, offered']);
    expect(await workshop.openFailing(world.to(other))).toMatchObject({ code: 'question-unanswered' });
    expect(failures(other)).toBe(0);
  });

  it('that has changed is tried once, and then the user is prompted', async () => {
    const server = await world.start({ password, config: ['PubkeyAuthentication no'] });
    attend(world.workshop, { answers: [password] });
    await world.workshop.openReady(world.to(server));
    await expect.poll(() => world.workshop.stored).toEqual([null]);
    const [name = ''] = await noted();
    tools.setKeychain(name, 'old');

    const workshop = await restarted();
    attend(workshop, { answers: [password], remember: false });
    await workshop.openReady(world.to(server));
    expect(failures(server)).toBe(1);
    expect(asked.at(-1)).toBe('password, offered, keychain refused');
    await expect.poll(() => tools.keychain(name)).toBeNull();
    expect(await noted()).toEqual([]);
  });

  it('of a jump host is remembered under its own name', async () => {
    const target = await world.start();
    const gate = await world.start({ password, config: ['PubkeyAuthentication no'] });
    await world.client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${gate.port}`);
    attend(world.workshop, { answers: [password, password] });
    await world.workshop.openReady(world.to(target, { host: 'target' }));
    await world.workshop.openReady(
      world.to(target, { jump: [`${gate.user}@${gate.host}:${String(gate.port)}`] }),
    );
    await expect.poll(() => world.workshop.stored).toEqual([null, null]);
    expect(await noted()).toEqual([
      `password of ${gate.user}@127.0.0.1, jump host of target:${String(target.port)}`,
      `password of ${gate.user}@127.0.0.1:${String(gate.port)}`,
    ]);
    const workshop = await restarted();
    await workshop.openReady(world.to(target, { host: 'target' }));
    expect(asked).toHaveLength(2);
  });

  it('is not remembered if the server asks for a code', async () => {
    const curious = await world.start({
      curious: 'Verification code',
      config: ['PasswordAuthentication no'],
    });
    attend(world.workshop, { answers: ['123456'] });
    await world.workshop.openFailing(world.to(curious));
    expect(asked[0]).toBe('code, never');
  });
});
