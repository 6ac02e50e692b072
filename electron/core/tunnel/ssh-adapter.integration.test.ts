import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SshConnection } from '../../../shared/service-spec.ts';
import type { Cause } from '../../../shared/failure.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { descendantsOf, listProcesses, livingOf } from '../../../e2e/fixtures/process-tree.ts';
import {
  echoChecksums,
  exchange,
  type FixtureServer,
  freePort,
  listenTo,
  startChecksumServer,
  startEchoServer,
  startSilentServer,
} from '../../../e2e/fixtures/servers.ts';
import { createSshClient, type SshClient } from '../../../e2e/fixtures/ssh-client.ts';
import { type Sshd, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../../e2e/fixtures/sshd-password.ts';
import { unknownNameTitle } from '../../../e2e/fixtures/unknown-name.ts';
import { sleep, systemClock } from '../clock.ts';
import { sshConnection } from './testing/service-specs.ts';
import { openStallingRelay } from './testing/stalling-relay.ts';
import { continueProcess, stopProcess } from '../transport/testing/stopped-process.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

const mebibyte = 1024 * 1024;
const passwords = await canServePasswords();

describe('the ssh adapter on a real sshd', () => {
  let client: SshClient;
  let sshd: Sshd;
  let echo: FixtureServer;
  let workshop: TunnelWorkshop;

  beforeAll(async () => {
    client = await createSshClient();
    sshd = await startSshd({ client });
    echo = await startEchoServer();
  });

  afterAll(async () => {
    await echo.stop();
    await sshd.dispose();
    await client.dispose();
  });

  beforeEach(async () => {
    workshop = await TunnelWorkshop.create([client.binDirectory]);
  });

  afterEach(async () => {
    await workshop.dispose();
    expect(workshop.livingChildren()).toEqual([]);
  });

  const through = (given: Partial<SshConnection> = {}): SshConnection =>
    sshConnection({
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      remoteHost: '127.0.0.1',
      remotePort: echo.port,
      ...given,
    });

  it('carries 16 MiB both ways and preserves half-close', async () => {
    const { address } = await workshop.openReady(through());
    const { sent, received } = await echoChecksums(address, 16 * mebibyte);
    expect(received).toBe(sent);

    const checksum = await startChecksumServer();
    const second = await workshop.openReady(through({ remotePort: checksum.port }));
    expect(await exchange(second.address, 'x')).toMatch(/^[0-9a-f]{64}$/);
    await checksum.stop();
  });

  it('starts again after its folder was deleted', async () => {
    await rm(workshop.runtimeDirectory, { recursive: true });
    const { address } = await workshop.openReady(through());
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('accepts connections as soon as it is ready, at every start', async () => {
    for (let round = 0; round < 5; round++) {
      const { tunnel, address } = await workshop.openReady(through());
      expect(await exchange(address, 'hello')).toBe('hello');
      await tunnel.stop();
    }
  });

  it('leaves no socket when it is stopped, and neither process nor file when everything is closed', async () => {
    const { tunnel } = await workshop.openReady(through());
    expect(tunnel.pid).toBeGreaterThan(1);
    expect((await workshop.filesLeft()).map((file) => path.extname(file))).toEqual(
      expect.arrayContaining(['.c', '.sock']),
    );
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    expect((await workshop.filesLeft()).map((file) => path.extname(file))).not.toContain('.sock');
    const { pid } = tunnel;
    await workshop.closeShared();
    expect(await livingOf([pid ?? 0])).toEqual([]);
    expect(await workshop.filesLeft()).toEqual([]);
  });

  it('can be stopped before it is ready', async () => {
    const tunnel = workshop.open(through());
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    expect(await tunnel.ready).toMatchObject({ ok: false });
    expect(await workshop.filesLeft()).toEqual([]);
  });

  it('reports that it was killed by another program, and removes its socket', async () => {
    const { tunnel } = await workshop.openReady(through());
    process.kill(tunnel.pid ?? 0, 'SIGKILL');
    expect(summary((await tunnel.ended).cause)).toBe('killed: The tunnel process was killed (SIGKILL)');
    expect(await workshop.filesLeft()).toEqual([]);
  });

  it('reports that it was ended with SIGTERM by another program', async () => {
    const { tunnel, address } = await workshop.openReady(through());
    // Once it carries bytes, ssh handles signals too.
    await exchange(address, 'hello');
    process.kill(tunnel.pid ?? 0, 'SIGTERM');
    expect(summary((await tunnel.ended).cause)).toBe('killed: The tunnel process was killed (exit code 0)');
  });

  it('reports that the server closed the connection', async () => {
    const { tunnel } = await workshop.openReady(through());
    await sshd.killSessions();
    expect((await tunnel.ended).cause).toMatchObject({ code: 'closed-by-remote', recovery: 'backoff' });
  });

  it("reports a target that refuses, with ssh's message, and stays up", async () => {
    const { tunnel, address } = await workshop.openReady(through({ remotePort: await freePort() }));
    const complaints = listenToComplaints(tunnel);
    expect(await listenTo(address)).toBe('');
    await eventually('a complaint', () => complaints.length > 0);
    expect(complaints[0]).toMatchObject({
      code: 'target-refused',
      evidence: expect.stringContaining('open failed: connect failed: Connection refused') as string,
    });
    expect(workshop.livingChildren()).toHaveLength(1);
  });

  it('stays up when the server prohibits the forward, and reports why once a client tries it', async () => {
    const server = await startSshd({ client, config: ['AllowTcpForwarding no'] });
    const { tunnel, address } = await workshop.openReady(through({ port: server.port }));
    expect(await tunnel.proveTransport(2_000)).toEqual({ kind: 'alive' });
    const complaints = listenToComplaints(tunnel);
    expect(await listenTo(address)).toBe('');
    await eventually('a complaint', () => complaints.length > 0);
    expect(complaints[0]).toMatchObject({
      code: 'forwarding-prohibited',
      evidence: expect.stringContaining('administratively prohibited') as string,
    });
    expect(await tunnel.proveTransport(2_000)).toEqual({ kind: 'alive' });
    await server.dispose();
  });

  it('reports a target whose name the server cannot resolve', async () => {
    const { tunnel, address } = await workshop.openReady(through({ remoteHost: 'db.invalid' }));
    const complaints = listenToComplaints(tunnel);
    await listenTo(address);
    await eventually('a complaint', () => complaints.length > 0);
    expect(complaints.map(summary)).toEqual([`name-not-found: ${await unknownNameTitle('db.invalid')}`]);
  });

  it('proves its transport without the target and without a complaint', async () => {
    const { tunnel } = await workshop.openReady(through({ remotePort: await freePort() }));
    const complaints = listenToComplaints(tunnel);
    expect(await tunnel.proveTransport(2_000)).toEqual({ kind: 'alive' });
    await sshd.freezeSessions(true);
    // A recent answer still counts.
    await eventually('silence', async () => (await tunnel.proveTransport(300)).kind === 'silent');
    await sshd.freezeSessions(false);
    expect(await tunnel.proveTransport(2_000)).toEqual({ kind: 'alive' });
    expect(complaints).toEqual([]);
    await tunnel.stop();
    expect(await tunnel.proveTransport(300)).toMatchObject({ kind: 'dead' });
  });

  it('is dead, not silent, while its ssh is stopped or its socket is missing', async () => {
    const { tunnel } = await workshop.openReady(through());
    await stopProcess(tunnel.pid ?? 0);
    expect(await tunnel.proveTransport(2_000)).toMatchObject({ kind: 'dead', cause: { code: 'stopped' } });
    await continueProcess(tunnel.pid ?? 0);
    await Promise.all(
      (await workshop.filesLeft()).map((file) => rm(path.join(workshop.runtimeDirectory, file))),
    );
    expect(await tunnel.proveTransport(2_000)).toMatchObject({
      kind: 'dead',
      cause: { title: 'The tunnel ended (its private socket is gone)' },
    });
  });

  it('gives up on a silent server within 10 s, even behind a jump host', async () => {
    const jumpHost = await startSshd({ client });
    const jump = [`${jumpHost.host}:${jumpHost.port}`];
    const direct = await workshop.openReady(through());
    const jumped = await workshop.openReady(through({ jump }));
    await Promise.all([sshd, jumpHost].map((server) => server.freezeSessions(true)));
    const frozenAt = performance.now();
    const ends = await Promise.all([direct, jumped].map(({ tunnel }) => tunnel.ended));
    expect(ends.map(({ cause }) => cause?.code)).toEqual(['timed-out', 'timed-out']);
    expect(performance.now() - frozenAt).toBeLessThan(10_000);
    await jumpHost.dispose();
    await sshd.freezeSessions(false);
  });

  it('does not blame an open connection for a complaint about another', async () => {
    const { tunnel, address } = await workshop.openReady(through());
    const complaints = listenToComplaints(tunnel);
    const open = net.connect(address);
    open.write('a');
    await once(open, 'data');
    expect(await tunnel.proveTransport(2_000)).toEqual({ kind: 'alive' });
    open.end('b');
    await once(open, 'close');
    expect(complaints).toEqual([]);
  });

  it("is ready soon after a silent server is back, regardless of TCP's backoff", async () => {
    const relay = await openStallingRelay(sshd.port);
    await relay.stall();
    const tunnel = workshop.open(through({ port: relay.port }));
    // A single attempt would send SYNs after 1, 3, 7 and 15 s, or be given up after 10 s.
    await sleep(systemClock, 8_000);
    await relay.resume();
    const backAt = performance.now();
    expect((await tunnel.ready).ok).toBe(true);
    expect(performance.now() - backAt).toBeLessThan(2_500);
    expect(workshop.livingChildren()).toHaveLength(1);
    await tunnel.stop();
    await workshop.closeShared();
    expect(await workshop.filesLeft()).toEqual([]);
    relay.dispose();
  });

  it('connects twenty services through one server, one login at a time', async () => {
    const server = await startSshd({ client, config: ['MaxStartups 1'] });
    const tunnels = Array.from({ length: 20 }, () => workshop.open(through({ port: server.port })));
    const ready = await Promise.all(tunnels.map((tunnel) => tunnel.ready));
    expect(ready.filter(({ ok }) => ok)).toHaveLength(20);
    await Promise.all(tunnels.map((tunnel) => tunnel.stop()));
    await server.dispose();
  });

  it('logs in once for twenty services whose login is rejected, and not again for the next twenty', async () => {
    const server = await startSshd({ client });
    const refused = through({ port: server.port, user: 'nobody' });
    for (let round = 0; round < 2; round++) {
      const tunnels = Array.from({ length: 20 }, () => workshop.open(refused));
      const ends = await Promise.all(tunnels.map((tunnel) => tunnel.ended));
      expect(ends.map(({ cause }) => cause?.code)).toEqual(ends.map(() => 'auth-failed'));
    }
    const logins = (): number => server.log.filter((line) => line.startsWith('Connection closed by ')).length;
    await eventually('the server has logged the login', () => logins() > 0);
    expect(logins()).toBe(1);
    await server.dispose();
  });

  it('reports a login that the server rejected', async () => {
    const keyFile = await client.createKey('stranger');
    const cause = await workshop.openFailing(through({ keyFile, user: 'nobody' }));
    expect(cause).toMatchObject({
      code: 'auth-failed',
      recovery: 'user',
      evidence: expect.stringContaining('Permission denied (') as string,
    });
  });

  it.runIf(passwords)('logs in with a password that is never visible', async () => {
    const password = "it's 100% s3cret $HOME";
    const server = await startSshd({ client, password, config: ['PubkeyAuthentication no'] });
    const { tunnel, address } = await workshop.openReady(through({ port: server.port, password }));
    expect(await exchange(address, 'hello')).toBe('hello');
    const rows = await listProcesses();
    expect(rows.find(({ pid }) => pid === tunnel.pid)?.command).toContain('NumberOfPasswordPrompts=1');
    expect(rows.filter(({ command }) => command.includes('s3cret'))).toEqual([]);
    expect(workshop.log.join('\n')).not.toContain('s3cret');
    for (const file of await workshop.filesLeft())
      if (file.endsWith('.pass'))
        expect(await readFile(path.join(workshop.runtimeDirectory, file), 'utf8')).not.toContain('s3cret');
    await tunnel.stop();
    await workshop.closeShared();
    expect(await workshop.filesLeft()).toEqual([]);
    const wrong = await workshop.openFailing(through({ port: server.port, password: 'wrong' }));
    expect(wrong).toMatchObject({ code: 'auth-failed', recovery: 'user' });
    await server.dispose();
  });

  it('reports a changed host key, with the command that removes the old one', async () => {
    const other = await startSshd({ client });
    await other.trust();
    await other.replaceHostKey();
    await other.restart();
    const cause = await workshop.openFailing(through({ port: other.port }));
    await other.dispose();
    expect(cause).toMatchObject({
      code: 'host-key-changed',
      recovery: 'user',
      action: { kind: 'trust-host-key', command: expect.stringContaining('ssh-keygen -f ') as string },
    });
    expect(cause.action).toMatchObject({ command: expect.stringContaining(client.knownHostsFile) as string });
  });

  it('asks to trust an unknown host key only when configured to', async () => {
    const other = await startSshd({ client });
    const strict = through({ port: other.port, strictHostKeyChecking: 'yes' });
    expect(await workshop.openFailing(strict)).toMatchObject({ code: 'host-key-unknown' });
    await workshop.openReady(through({ port: other.port }));
    expect(await readFile(client.knownHostsFile, 'utf8')).toContain(await other.hostPublicKey());
    await workshop.openReady(strict, true);
    await other.dispose();
  });

  it('reports a server that is not running', async () => {
    const port = await freePort();
    expect(summary(await workshop.openFailing(through({ port })))).toBe(
      `connection-refused: 127.0.0.1:${port} refused the connection`,
    );
  });

  it('reports a name that cannot be resolved', async () => {
    expect(summary(await workshop.openFailing(through({ host: 'bastion.invalid' })))).toBe(
      `name-not-found: ${await unknownNameTitle('bastion.invalid')}`,
    );
  });

  it('reports a silent server, after the start deadline', async () => {
    const silent = net.createServer((socket) => socket.resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as net.AddressInfo;
    const impatient = await TunnelWorkshop.create([client.binDirectory], { startTimeoutMs: 500 });
    expect(await impatient.openFailing(through({ port }))).toMatchObject({ code: 'timed-out' });
    await impatient.dispose();
    silent.close();
  });

  it('reports why it cannot listen when its runtime directory disappears just before', async () => {
    // ssh binds the socket only after it has logged in.
    const opening = workshop.openFailing(through());
    await rm(workshop.runtimeDirectory, { recursive: true });
    expect(await opening).toMatchObject({
      code: 'exited',
      evidence: expect.stringContaining('No such file or directory') as string,
    });
  });

  it('reports that ssh is not installed', async () => {
    const searchPath = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    const withoutSsh = await TunnelWorkshop.create();
    process.env['PATH'] = searchPath;
    expect(summary(await withoutSsh.openFailing(through()))).toBe('binary-missing: ssh was not found');
    await withoutSsh.dispose();
  });

  it("tolerates the forwards of the user's own ssh_config, even when their port is taken", async () => {
    await client.addConfig(`Host crowded\n  HostName ${sshd.host}\n  LocalForward ${echo.port} localhost:1`);
    const { address } = await workshop.openReady(through({ host: 'crowded' }));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('reaches the target through two jump hosts, one after the other', async () => {
    // Each hop only lets connections through to the next one, so a skipped hop shows.
    const inner = await startSshd({ client, config: [`PermitOpen ${sshd.host}:${sshd.port}`] });
    const outer = await startSshd({ client, config: [`PermitOpen ${inner.host}:${inner.port}`] });
    const jump = [`${outer.user}@${outer.host}:${outer.port}`, `${inner.host}:${inner.port}`];
    const { tunnel, address } = await workshop.openReady(through({ jump }));
    expect(await exchange(address, 'hello')).toBe('hello');
    const jumps = await descendantsOf(tunnel.pid ?? 0);
    expect(jumps.length).toBeGreaterThanOrEqual(2);
    await tunnel.stop();
    await workshop.closeShared();
    expect(await livingOf(jumps)).toEqual([]);
    await Promise.all([outer, inner].map((server) => server.dispose()));
  });

  it('does not delay others for a silent server behind a jump host', async () => {
    const jumpHost = await startSshd({ client });
    const mute = await startSilentServer();
    const jump = [`${jumpHost.host}:${jumpHost.port}`];
    const waiting = workshop.open(through({ jump, port: mute.port }));
    await workshop.openReady(through({ jump }));
    expect(await Promise.race([waiting.ready, Promise.resolve('still waiting')])).toBe('still waiting');
    await waiting.stop();
    await mute.stop();
    await jumpHost.dispose();
  });

  it('reports a jump host that cannot reach the target, and a jump host that is down', async () => {
    const jumpHost = await startSshd({ client });
    const jump = [`${jumpHost.host}:${jumpHost.port}`];
    const unreachable = await workshop.openFailing(through({ jump, port: await freePort() }));
    expect(unreachable).toMatchObject({
      code: 'connection-refused',
      evidence: expect.stringContaining('open failed') as string,
    });
    await jumpHost.stop();
    const down = await workshop.openFailing(through({ jump }));
    expect(down).toMatchObject({
      code: 'connection-refused',
      evidence: expect.stringContaining(`port ${jumpHost.port}: Connection refused`) as string,
    });
    await jumpHost.dispose();
  });

  it("checks the host keys of jump hosts as strictly as the target's", async () => {
    const jumpHost = await startSshd({ client });
    const jump = [`${jumpHost.host}:${jumpHost.port}`];
    await sshd.trust();
    const cause = await workshop.openFailing(through({ jump, strictHostKeyChecking: 'yes' }));
    expect(cause.code).toBe('host-key-unknown');
    await jumpHost.dispose();
  });
});

const summary = (cause: Cause | null): string => (cause === null ? 'none' : `${cause.code}: ${cause.title}`);

function listenToComplaints(tunnel: { onComplaint(listener: (cause: Cause) => void): void }): Cause[] {
  const complaints: Cause[] = [];
  tunnel.onComplaint((cause) => complaints.push(cause));
  return complaints;
}
