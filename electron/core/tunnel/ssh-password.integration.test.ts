import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { descendantsOf } from '../../../e2e/fixtures/process-tree.ts';
import { exchange, type FixtureServer, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { createSshClient, type SshClient } from '../../../e2e/fixtures/ssh-client.ts';
import { type Sshd, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { sshConnection } from './testing/service-specs.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

const password = 'target s3cret';

describe.runIf(await canServePasswords())("an ssh service's password", () => {
  let client: SshClient;
  let target: Sshd;
  let echo: FixtureServer;
  let workshop: TunnelWorkshop;
  const servers: Sshd[] = [];

  const start = async (options: Parameters<typeof startSshd>[0]): Promise<Sshd> => {
    const server = await startSshd({ client, ...options });
    servers.push(server);
    await server.trust();
    return server;
  };

  const to = (server: Sshd, given: Partial<Parameters<typeof sshConnection>[0]> = {}) =>
    sshConnection({
      host: server.host,
      port: server.port,
      user: server.user,
      password,
      remoteHost: '127.0.0.1',
      remotePort: echo.port,
      ...given,
    });

  beforeEach(async () => {
    client = await createSshClient();
    echo = await startEchoServer();
    target = await start({ password, config: ['PubkeyAuthentication no'] });
    workshop = await TunnelWorkshop.create([client.binDirectory]);
  });

  afterEach(async () => {
    await workshop.dispose();
    expect(workshop.livingChildren()).toEqual([]);
    await Promise.all(servers.splice(0).map((server) => server.dispose()));
    await echo.stop();
    await client.dispose();
  });

  it('stands in the environment of no process, neither of ssh nor of a ProxyCommand', async () => {
    const proxy = path.join(client.binDirectory, 'proxy.mjs');
    await writeFile(
      proxy,
      `import net from 'node:net';
const socket = net.connect(Number(process.argv[3]), process.argv[2]);
process.stdin.pipe(socket).pipe(process.stdout);`,
    );
    await client.addConfig(`Host target
  HostName ${target.host}
  ProxyCommand '${process.execPath}' '${proxy}' %h %p`);
    const { tunnel, address } = await workshop.openReady(to(target, { host: 'target' }));
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
    ["keyboard-interactive in the target's words", "root@target's password:", ['PasswordAuthentication no']],
  ])("is never told to a jump host of the user's ssh_config that asks by %s", async (_, words, config) => {
    const gate = await start({ curious: words, config });
    await client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${String(gate.port)}`);
    const cause = await workshop.openFailing(to(target, { host: 'target' }));
    expect(await gate.passwordsTold()).toEqual([]);
    expect(cause).toMatchObject({
      code: 'question-unanswered',
      recovery: 'user',
      title: '127.0.0.1 asks for a password',
      evidence: expect.stringMatching(/@127\.0\.0\.1/) as string,
    });
  });

  it("reaches a target whose jump host lets the user's key in", async () => {
    const gate = await start({});
    await client.addConfig(`Host target
  HostName ${target.host}
  ProxyJump gate
Host gate
  HostName ${gate.host}
  Port ${String(gate.port)}`);
    const { address } = await workshop.openReady(to(target, { host: 'target' }));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('is told once to a target that refuses it', async () => {
    const curious = await start({ curious: '' });
    const cause = await workshop.openFailing(to(curious));
    expect(cause).toMatchObject({ code: 'auth-failed', recheck: 'never' });
    expect((await curious.passwordsTold()).filter((told) => told !== '')).toEqual([password]);
  });

  it('is not told to a target that asks for a second factor', async () => {
    const curious = await start({ curious: 'Verification code', config: ['PasswordAuthentication no'] });
    const cause = await workshop.openFailing(to(curious));
    expect(await curious.passwordsTold()).toEqual([]);
    expect(cause).toMatchObject({
      code: 'question-unanswered',
      title: '127.0.0.1 asks for a code',
      evidence: expect.stringContaining('Verification code') as string,
    });
  });
});
