import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange } from '../../../e2e/fixtures/servers.ts';
import { lockKey } from '../../../e2e/fixtures/ssh-client.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { SshWorld } from './testing/ssh-world.ts';
import { TunnelWorkshop } from '../tunnel/testing/tunnel-workshop.ts';

const password = 'target s3cret';
const passphrase = 'tortoise & hare';

let world: SshWorld;
/** What the user was asked, and what they answer by its words; without an answer they dismiss. */
let asked: string[];
let answers: readonly (readonly [RegExp, string])[];

beforeEach(async () => {
  world = await SshWorld.create({ startTimeoutMs: 10_000 });
  asked = [];
  answers = [];
});

afterEach(() => world.dispose());

function attend(...given: (readonly [RegExp, string])[]): void {
  answers = given;
  world.workshop.prompts.attend();
  world.workshop.onPrompt = () => {
    for (const { id, asker, words, isRepeated } of world.workshop.prompts.prompts()) {
      asked.push(`${asker}${isRepeated ? ' again' : ''}`);
      const answer = answers.find(([pattern]) => pattern.test(words))?.[1];
      if (answer === undefined) world.workshop.prompts.dismiss(id);
      else world.workshop.prompts.answer(id, answer);
    }
  };
}

/** The only key that the client has. */
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
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never', action: { kind: 'retry' } });
    attend([/passphrase/, passphrase]);
    await world.workshop.openReady(world.to(server), true);
  });

  it('fails without a question while nobody could answer', async () => {
    const server = await world.start();
    await lockClientKey();
    const cause = await world.workshop.openFailing(world.to(server));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'login' });
  });

  it('leaves the start its whole time after an answer that came late', async () => {
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

describe('an answer that takes the user a while', () => {
  /** Answers the only question once it is older than this. */
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

  it('and longer than the server waits is a cause of its own, and serves the next login', async () => {
    const server = await world.start({ config: ['LoginGraceTime 2'] });
    await lockClientKey();
    world.workshop.prompts.attend();
    const tunnel = world.workshop.open(world.to(server));
    await answerAfter(world.workshop, 12_000, passphrase);
    const { ready, ended } = tunnel;
    expect(await ready).toMatchObject({
      error: { code: 'closed-by-remote', title: '127.0.0.1 closed the connection before your answer' },
    });
    await ended;
    await world.workshop.openReady(world.to(server));
  });
});

describe('a login that took the user', () => {
  it('is not made a second time while its server is only silent, and once when it has ended', async () => {
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

describe.runIf(await canServePasswords())('a password that the config does not hold', () => {
  it('is asked for once, and given again to other services with this login', async () => {
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

  it("is the jump host's own: the target's stored one stays away from it", async () => {
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

  it('lets a jump host in that asks for one, in the config or in ssh_config', async () => {
    const target = await world.start();
    const gate = await world.start({ password, config: ['PubkeyAuthentication no'] });
    attend([/'s password:$/, password]);
    const jump = [`${gate.user}@${gate.host}:${gate.port}`];
    const { address } = await world.workshop.openReady(world.to(target, { jump }));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('names the command that asks, where nobody could answer', async () => {
    const server = await world.start({ password, config: ['PubkeyAuthentication no'] });
    const cause = await world.workshop.openFailing(world.to(server));
    expect(cause.remedy).toContain('localport ssh login 127.0.0.1');
  });
});
