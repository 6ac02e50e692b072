import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange, type FixtureServer, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { createSshClient, type SshClient } from '../../../e2e/fixtures/ssh-client.ts';
import { type Sshd, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { sshConnection } from './testing/service-specs.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

const run = promisify(execFile);
const password = 'target s3cret';
const passphrase = 'tortoise & hare';

let client: SshClient;
let echo: FixtureServer;
let workshop: TunnelWorkshop;
/** What the user was asked, and what they answer by its words; without an answer they dismiss. */
let asked: string[];
let answers: readonly (readonly [RegExp, string])[];
const servers: Sshd[] = [];

beforeEach(async () => {
  client = await createSshClient();
  echo = await startEchoServer();
  workshop = await TunnelWorkshop.create([client.binDirectory], { startTimeoutMs: 10_000 });
  asked = [];
  answers = [];
});

afterEach(async () => {
  await workshop.dispose();
  expect(workshop.livingChildren()).toEqual([]);
  await Promise.all(servers.splice(0).map((server) => server.dispose()));
  await echo.stop();
  await client.dispose();
});

function attend(...given: (readonly [RegExp, string])[]): void {
  answers = given;
  workshop.prompts.attend();
  workshop.onPrompt = () => {
    for (const { id, asker, words, isRepeated } of workshop.prompts.prompts()) {
      asked.push(`${asker}${isRepeated ? ' again' : ''}`);
      const answer = answers.find(([pattern]) => pattern.test(words))?.[1];
      if (answer === undefined) workshop.prompts.dismiss(id);
      else workshop.prompts.answer(id, answer);
    }
  };
}

async function start(options: Parameters<typeof startSshd>[0] = {}): Promise<Sshd> {
  const server = await startSshd({ client, ...options });
  servers.push(server);
  await server.trust();
  return server;
}

const to = (server: Sshd, given: Partial<Parameters<typeof sshConnection>[0]> = {}) =>
  sshConnection({
    host: server.host,
    port: server.port,
    user: server.user,
    remoteHost: '127.0.0.1',
    remotePort: echo.port,
    ...given,
  });

/** The only key that the client has. */
async function lockKey(): Promise<void> {
  await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', client.keyFile]);
}

describe("a locked key of the user's", () => {
  it('is unlocked by the user once, for every service that logs in with it', async () => {
    const [server, other] = [await start(), await start()];
    await lockKey();
    attend([/^Enter passphrase for key '.+':$/, passphrase]);
    const { address } = await workshop.openReady(to(server));
    expect(await exchange(address, 'hello')).toBe('hello');
    await workshop.openReady(to(other));
    expect(asked).toEqual([path.basename(client.keyFile)]);
  });

  it('is asked about again after a wrong passphrase, which is not remembered', async () => {
    const server = await start();
    await lockKey();
    const key = path.basename(client.keyFile);
    attend([/passphrase/, 'wrong']);
    const cause = await workshop.openFailing(to(server));
    expect(asked).toEqual([key, `${key} again`, `${key} again`]);
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never', action: { kind: 'retry' } });
    attend([/passphrase/, passphrase]);
    await workshop.openReady(to(server), true);
  });

  it('fails without a question while nobody could answer', async () => {
    const server = await start();
    await lockKey();
    const cause = await workshop.openFailing(to(server));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'login' });
  });

  it('leaves the start its whole time after an answer that came late', async () => {
    const server = await start();
    await lockKey();
    const slow = await TunnelWorkshop.create([client.binDirectory], { startTimeoutMs: 1_000 });
    try {
      slow.prompts.attend();
      const tunnel = slow.open(to(server));
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

describe('a login that took the user', () => {
  it('is not made a second time while its server is only silent, and once when it has ended', async () => {
    const server = await start();
    await lockKey();
    attend([/passphrase/, passphrase]);
    const first = await workshop.openReady(to(server));
    await server.freezeSessions(true);
    expect(await first.tunnel.proveTransport(300)).toEqual({ kind: 'silent' });
    const beside = await workshop.openReady(to(server));
    expect(beside.tunnel.pid).toBe(first.tunnel.pid);
    await server.freezeSessions(false);
    await server.killSessions();
    await first.tunnel.ended;
    const again = await workshop.openReady(to(server));
    expect(again.tunnel.pid).not.toBe(first.tunnel.pid);
  });
});

describe.runIf(await canServePasswords())('a password that the config does not hold', () => {
  it('is asked for once, and given again to other services with this login', async () => {
    const server = await start({ password, config: ['PubkeyAuthentication no'] });
    attend([/'s password:$/, password]);
    await workshop.openReady(to(server));
    await workshop.openReady(to(server));
    expect(asked).toEqual(['127.0.0.1']);
  });

  it('is not asked for again when the user does not answer', async () => {
    const server = await start({ password, config: ['PubkeyAuthentication no'] });
    attend();
    const first = await workshop.openFailing(to(server));
    expect(first).toMatchObject({ code: 'question-unanswered', recheck: 'never', recovery: 'user' });
    expect(await workshop.openFailing(to(server))).toEqual(first);
    expect(asked).toEqual(['127.0.0.1']);
  });

  it("is the jump host's own: the target's stored one stays away from it", async () => {
    const target = await start({ password, config: ['PubkeyAuthentication no'] });
    const gate = await start({ curious: 'Verification code', config: ['PasswordAuthentication no'] });
    await client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${gate.port}`);
    attend([/^\(\S+@127\.0\.0\.1\) /, '123456']);
    const cause = await workshop.openFailing(to(target, { host: 'target', password }));
    expect(new Set(await gate.passwordsTold())).toEqual(new Set(['123456']));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never' });
  });

  it('lets a jump host in that asks for one, in the config or in ssh_config', async () => {
    const target = await start();
    const gate = await start({ password, config: ['PubkeyAuthentication no'] });
    attend([/'s password:$/, password]);
    const jump = [`${gate.user}@${gate.host}:${gate.port}`];
    const { address } = await workshop.openReady(to(target, { jump }));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('names the command that asks, where nobody could answer', async () => {
    const server = await start({ password, config: ['PubkeyAuthentication no'] });
    const cause = await workshop.openFailing(to(server));
    expect(cause.remedy).toContain('localport ssh login 127.0.0.1');
  });
});
