import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { descendantsOf } from '../../../e2e/fixtures/process-tree.ts';
import { exchange } from '../../../e2e/fixtures/servers.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { SshWorld } from './testing/ssh-world.ts';

const password = 'target s3cret';

describe.runIf(await canServePasswords())("an ssh service's password", () => {
  let world: SshWorld;
  let target: Sshd;

  const to = (server: Sshd, given: Partial<SshConnection> = {}): SshConnection =>
    world.to(server, { password, ...given });

  beforeEach(async () => {
    world = await SshWorld.create();
    target = await world.start({ password, config: ['PubkeyAuthentication no'] });
  });

  afterEach(() => world.dispose());

  it("is in no process's environment, neither ssh's nor a ProxyCommand's", async () => {
    const proxy = path.join(world.client.binDirectory, 'proxy.mjs');
    await writeFile(
      proxy,
      `import net from 'node:net';
const socket = net.connect(Number(process.argv[3]), process.argv[2]);
process.stdin.pipe(socket).pipe(process.stdout);`,
    );
    await world.client.addConfig(`Host target
  HostName ${target.host}
  ProxyCommand '${process.execPath}' '${proxy}' %h %p`);
    const { tunnel, address } = await world.workshop.openReady(to(target, { host: 'target' }));
    expect(await exchange(address, 'hello')).toBe('hello');
    const pids: readonly number[] = [tunnel.pid ?? 0, ...(await descendantsOf(tunnel.pid ?? 0))];
    expect(pids.length).toBeGreaterThan(1);
    for (const pid of pids) {
      const environment = await readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => 'gone');
      expect(environment).not.toContain('s3cret');
    }
  });

  it.each([
    ['both methods', '', []],
    ["keyboard-interactive with the target's text", "root@target's password:", ['PasswordAuthentication no']],
  ])("is never sent to a jump host of the user's ssh_config that asks by %s", async (_, words, config) => {
    const gate = await world.start({ curious: words, config });
    await world.client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${String(gate.port)}`);
    const cause = await world.workshop.openFailing(to(target, { host: 'target' }));
    expect(await gate.passwordsTold()).toEqual([]);
    expect(cause).toMatchObject({
      code: 'question-unanswered',
      recovery: 'user',
      title: '127.0.0.1 asks for a password',
      evidence: expect.stringMatching(/@127\.0\.0\.1/) as string,
    });
  });

  it("works for a target whose jump host accepts the user's key", async () => {
    const gate = await world.start({});
    await world.client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${String(gate.port)}`);
    const { address } = await world.workshop.openReady(to(target, { host: 'target' }));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('is sent once to a target that refuses it', async () => {
    const curious = await world.start({ curious: '' });
    const cause = await world.workshop.openFailing(to(curious));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never' });
    expect((await curious.passwordsTold()).filter((told) => told !== '')).toEqual([password]);
  });

  it('is not sent to a target that asks for a second factor', async () => {
    const curious = await world.start({
      curious: 'Verification code',
      config: ['PasswordAuthentication no'],
    });
    const cause = await world.workshop.openFailing(to(curious));
    expect(await curious.passwordsTold()).toEqual([]);
    expect(cause).toMatchObject({
      code: 'question-unanswered',
      title: '127.0.0.1 asks for a code',
      evidence: expect.stringContaining('Verification code') as string,
    });
  });
});
