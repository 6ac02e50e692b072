import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange, startSilentServer } from '../../../e2e/fixtures/servers.ts';
import { createSecurityKey, lockKey } from '../../../e2e/fixtures/ssh-client.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { systemClock } from '../clock.ts';
import { sshConnection } from '../tunnel/testing/service-specs.ts';
import { SshWorld } from './testing/ssh-world.ts';
import { loginOf } from '../transport/transport-key.ts';
import { TunnelWorkshop } from '../tunnel/testing/tunnel-workshop.ts';

const password = 'target s3cret';
const passphrase = 'tortoise & hare';

let world: SshWorld;
/** The prompts that the user got, and the user's answers by prompt text; without an answer, the user dismisses. */
let asked: string[];
let kinds: string[];
let answers: readonly (readonly [RegExp, string])[];

beforeEach(async () => {
  world = await SshWorld.create({ startTimeoutMs: 10_000 });
  asked = [];
  kinds = [];
  answers = [];
});

afterEach(() => world.dispose());

function attend(...given: (readonly [RegExp, string])[]): void {
  answers = given;
  world.workshop.prompts.attend();
  world.workshop.onPrompt = () => {
    for (const { id, asker, words, kind, isRepeated } of world.workshop.prompts.prompts()) {
      kinds.push(kind);
      asked.push(`${asker}${isRepeated ? ' again' : ''}`);
      const answer = answers.find(([pattern]) => pattern.test(words))?.[1];
      if (answer === undefined) world.workshop.prompts.dismiss(id);
      else world.workshop.prompts.answer(id, answer);
    }
  };
}

/** Locks the only key that the client has. */
const lockClientKey = (): Promise<void> => lockKey(world.client.keyFile, passphrase);

describe("a locked key of the user's", () => {
  it('is unlocked by the user once, for every service that logs in with it', async () => {
    const [server, other] = [await world.start(), await world.start()];
    await lockClientKey();
    attend([/^Enter passphrase for key '.+':$/, passphrase]);
    const { address } = await world.workshop.openReady(world.to(server));
    expect(await exchange(address, 'hello')).toBe('hello');
    await world.workshop.openReady(world.to(other));
    expect(asked).toEqual([path.basename(world.client.keyFile)]);
  });

  it('is asked about again after a wrong passphrase, which is not remembered', async () => {
    const server = await world.start();
    await lockClientKey();
    const key = path.basename(world.client.keyFile);
    attend([/passphrase/, 'wrong']);
    const cause = await world.workshop.openFailing(world.to(server));
    expect(asked).toEqual([key, `${key} again`, `${key} again`]);
    expect(cause).toMatchObject({
      code: 'auth-failed',
      recheck: 'never',
      action: { label: 'Enter Passphrase…' },
    });
    attend([/passphrase/, passphrase]);
    await world.workshop.openReady(world.to(server), true);
  });

  it('fails without a prompt while no user is available', async () => {
    const server = await world.start();
    await lockClientKey();
    const cause = await world.workshop.openFailing(world.to(server));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'login' });
  });

  it('restarts the start deadline after a late answer', async () => {
    const server = await world.start();
    await lockClientKey();
    const slow = await TunnelWorkshop.create([world.client.binDirectory], { startTimeoutMs: 1_000 });
    try {
      slow.prompts.attend();
      const tunnel = slow.open(world.to(server));
      await expect.poll(() => slow.prompts.prompts().length, { timeout: 10_000 }).toBe(1);
      const [prompt] = slow.prompts.prompts();
      await expect.poll(() => Date.now() - (prompt?.since ?? 0), { timeout: 5_000 }).toBeGreaterThan(1_500);
      expect(slow.prompts.answer(prompt?.id ?? '', passphrase)).toBe(true);
      expect(await tunnel.ready).toMatchObject({ ok: true });
    } finally {
      await slow.dispose();
    }
  });
});

describe('an answer for which the user takes a while', () => {
  /** Answers the only prompt when it is older than this. */
  async function answerAfter(workshop: TunnelWorkshop, waitMs: number, answer: string): Promise<void> {
    await expect.poll(() => workshop.prompts.prompts().length, { timeout: 10_000 }).toBe(1);
    const [prompt] = workshop.prompts.prompts();
    await expect
      .poll(() => Date.now() - (prompt?.since ?? 0), { timeout: waitMs + 2_000 })
      .toBeGreaterThan(waitMs);
    expect(workshop.prompts.answer(prompt?.id ?? '', answer)).toBe(true);
  }

  it.each(['the config', 'ssh_config'])(
    "to a jump host of %s outlasts the target's ConnectTimeout",
    async (place) => {
      const [gate, target] = [await world.start(), await world.start()];
      await lockClientKey();
      await world.client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${gate.port}`);
      const slow = await TunnelWorkshop.create([world.client.binDirectory], {
        startTimeoutMs: 20_000,
        timing: { connectTimeoutSeconds: 2, aliveIntervalSeconds: 3, aliveCountMax: 2 },
      });
      try {
        slow.prompts.attend();
        const jump = [`${gate.user}@${gate.host}:${String(gate.port)}`];
        const tunnel = slow.open(
          place === 'ssh_config' ? world.to(target, { host: 'target' }) : world.to(target, { jump }),
        );
        await answerAfter(slow, 3_500, passphrase);
        expect(await tunnel.ready).toMatchObject({ ok: true });
      } finally {
        await slow.dispose();
      }
    },
  );

  it("that is later than the server's limit is a cause of its own, and serves the next login", async () => {
    const server = await world.start({ config: ['LoginGraceTime 2'] });
    await lockClientKey();
    world.workshop.prompts.attend();
    const tunnel = world.workshop.open(world.to(server));
    await answerAfter(world.workshop, 12_000, passphrase);
    const { ready, ended } = tunnel;
    expect(await ready).toMatchObject({
      error: { code: 'closed-by-remote', title: '127.0.0.1 closed the connection before you answered' },
    });
    await ended;
    await world.workshop.openReady(world.to(server));
  });
});

it('gives up a silent server just as soon when a user is available', async () => {
  const silent = await startSilentServer();
  const workshop = await TunnelWorkshop.create([world.client.binDirectory], {
    startTimeoutMs: 20_000,
    timing: { connectTimeoutSeconds: 1, aliveIntervalSeconds: 3, aliveCountMax: 2 },
  });
  try {
    workshop.prompts.attend();
    const { port } = silent;
    const startedAt = systemClock.now();
    const cause = await workshop.openFailing(
      sshConnection({ host: '127.0.0.1', port, user: 'me', remoteHost: '127.0.0.1', remotePort: 1 }),
    );
    expect(cause).toMatchObject({ code: 'timed-out' });
    expect(systemClock.now() - startedAt).toBeLessThan(8_000);
  } finally {
    await workshop.dispose();
    await silent.stop();
  }
});

describe('a security key', () => {
  let server: Sshd;

  beforeEach(async () => {
    const file = path.join(world.client.binDirectory, 'id_sk');
    await createSecurityKey(file);
    await world.client.addConfig(`Host *\n  IdentitiesOnly yes\n  IdentityFile ${file}`);
    server = await world.start({ config: [`AuthorizedKeysFile ${file}.pub`] });
  });

  /** Installs ssh's helper program for security keys. */
  async function helperThat(does: string): Promise<void> {
    const inBin = (name: string): string => path.join(world.client.binDirectory, name);
    await writeFile(inBin('helper'), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
    const ssh = await readFile(inBin('ssh'), 'utf8');
    await writeFile(inBin('ssh'), ssh.replace('exec ', `export SSH_SK_HELPER='${inBin('helper')}'\nexec `));
  }

  it('is announced while ssh waits for its touch, takes no answer, and is not requested again automatically', async () => {
    const touched = path.join(world.client.binDirectory, 'touched');
    await helperThat(`while ! [ -e '${touched}' ]; do sleep 0.05; done; exit 1`);
    const { prompts } = world.workshop;
    prompts.attend();
    const failing = world.workshop.openFailing(world.to(server));
    await expect
      .poll(() => prompts.prompts(), { timeout: 10_000 })
      .toMatchObject([{ kind: 'touch', asker: '127.0.0.1' }]);
    expect(prompts.answer(prompts.prompts()[0]?.id ?? '', 'yes')).toBe(false);
    await writeFile(touched, '');
    await expect.poll(() => prompts.prompts(), { timeout: 10_000 }).toEqual([]);
    expect(await failing).toMatchObject({
      code: 'auth-failed',
      evidence: expect.stringMatching(/^sign_and_send_pubkey: signing failed for ED25519-SK /) as string,
      recheck: 'never',
    });
  });

  it('that is missing, or that this ssh cannot use, is the cause', async () => {
    world.workshop.prompts.attend();
    const missing = await world.workshop.openFailing(world.to(server));
    expect(missing.remedy).toContain('Plug in the security key');
    await helperThat("echo 'internal security key support not enabled' >&2; exit 1");
    const { cause } = await world.workshop.open(world.to(server), true).ended;
    expect(cause).toMatchObject({ title: 'This ssh cannot use security keys', recheck: 'never' });
  });
});

describe('the agent of the user', () => {
  const run = promisify(execFile);
  let agent: ChildProcess;
  let socket: string;

  beforeEach(async () => {
    socket = path.join(world.workshop.runtimeDirectory, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await expect.poll(() => existsSync(socket)).toBe(true);
    await world.client.addConfig(`Host *\n  IdentityAgent ${socket}\n  AddKeysToAgent ask`);
  });

  afterEach(async () => {
    agent.kill();
    await once(agent, 'exit');
  });

  it.each([
    ['yes', true],
    ['no', false],
  ])('is given a key only with consent: %s', async (answer, isAdded) => {
    const server = await world.start();
    attend([/^Add key .+ to agent\?$/, answer]);
    await world.workshop.openReady(world.to(server));
    expect(kinds).toEqual(['confirm']);
    const keysInAgent = await run('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: socket } }).then(
      () => true,
      () => false,
    );
    expect(keysInAgent).toBe(isAdded);
  });

  it('is given none when the user does not answer, or none is available, and the login continues', async () => {
    const server = await world.start();
    attend();
    await world.workshop.openReady(world.to(server));
    expect(kinds).toEqual(['confirm']);
    await world.workshop.closeShared();
    const unattended = await TunnelWorkshop.create([world.client.binDirectory]);
    try {
      await unattended.openReady(world.to(server));
    } finally {
      await unattended.dispose();
    }
  });
});

describe('a login that needed the user', () => {
  it('is not repeated while its server is only silent, and is repeated once when it has ended', async () => {
    const server = await world.start();
    await lockClientKey();
    attend([/passphrase/, passphrase]);
    const first = await world.workshop.openReady(world.to(server));
    await server.freezeSessions(true);
    expect(await first.tunnel.proveTransport(300)).toEqual({ kind: 'silent' });
    const beside = await world.workshop.openReady(world.to(server));
    expect(beside.tunnel.pid).toBe(first.tunnel.pid);
    await server.freezeSessions(false);
    await server.killSessions();
    await first.tunnel.ended;
    const again = await world.workshop.openReady(world.to(server));
    expect(again.tunnel.pid).not.toBe(first.tunnel.pid);
  });
});

describe.runIf(await canServePasswords())('a password that is not in the config', () => {
  it('is asked for once, and reused for other services with this login', async () => {
    const server = await world.start({ password, config: ['PubkeyAuthentication no'] });
    attend([/'s password:$/, password]);
    await world.workshop.openReady(world.to(server));
    await world.workshop.openReady(world.to(server));
    expect(asked).toEqual(['127.0.0.1']);
  });

  it('is not asked for again when the user does not answer', async () => {
    const server = await world.start({ password, config: ['PubkeyAuthentication no'] });
    attend();
    const first = await world.workshop.openFailing(world.to(server));
    expect(first).toMatchObject({ code: 'question-unanswered', recheck: 'never', recovery: 'user' });
    expect(await world.workshop.openFailing(world.to(server))).toEqual(first);
    expect(asked).toEqual(['127.0.0.1']);
  });

  it("is the jump host's own: the target's stored password is not sent there", async () => {
    const target = await world.start({ password, config: ['PubkeyAuthentication no'] });
    const gate = await world.start({ curious: 'Verification code', config: ['PasswordAuthentication no'] });
    await world.client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${gate.port}`);
    attend([/^\(\S+@127\.0\.0\.1\) /, '123456']);
    const cause = await world.workshop.openFailing(world.to(target, { host: 'target', password }));
    expect(new Set(await gate.passwordsTold())).toEqual(new Set(['123456']));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never' });
  });

  it('unlocks a jump host that asks for one, in the config or in ssh_config', async () => {
    const target = await world.start();
    const gate = await world.start({ password, config: ['PubkeyAuthentication no'] });
    attend([/'s password:$/, password]);
    const jump = [`${gate.user}@${gate.host}:${gate.port}`];
    const { address } = await world.workshop.openReady(world.to(target, { jump }));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('suggests the command that prompts, if no user is available', async () => {
    const server = await world.start({ password, config: ['PubkeyAuthentication no'] });
    const cause = await world.workshop.openFailing(world.to(server));
    expect(cause.remedy).toContain('localport ssh login 127.0.0.1');
  });

  describe('instead of one in the config', () => {
    let target: Sshd;
    const connection = () => world.to(target, { password });
    const replace = (): void => world.workshop.prompts.memory.replaceStored(loginOf(connection()));

    beforeEach(async () => {
      target = await world.start({ password, config: ['PubkeyAuthentication no'] });
    });

    it('is no longer requested once the user has dismissed the prompt', async () => {
      attend();
      replace();
      expect((await world.workshop.openFailing(connection())).code).toBe('question-unanswered');
      expect(asked).toHaveLength(1);
      await world.workshop.openReady(connection(), true);
      expect(asked).toHaveLength(1);
    });

    it('is not requested while no user is available: the one in the config is used', async () => {
      replace();
      await world.workshop.openReady(connection());
    });
  });
});
