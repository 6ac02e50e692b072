/** Forwards whose server listens, and forwards to sockets on the server: a real sshd, and programs at both ends. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { describeCause } from '../../../shared/failure.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { signalIfAlive } from '../../../e2e/fixtures/process-tree.ts';
import { exchange, freePort, listenTo, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { Scope } from '../scope.ts';
import { CarrierLife } from '../transport/carrier-life.ts';
import { reverseSocket } from '../files/private-path.ts';
import type { MuxFailure, SshMux } from '../mux/ssh-mux.ts';
import { SshWorld } from '../ssh/testing/ssh-world.ts';
import { SshReverseForward } from './ssh-reverse-forward.ts';
import { serviceWith } from './testing/service-specs.ts';
import type { Tunnel } from './tunnel-adapter.ts';

let scope: Scope;
let world: SshWorld;
let sshd: Sshd;
let port: number;

beforeEach(async () => {
  scope = new Scope('test');
  world = await SshWorld.create();
  scope.own('ssh', () => world.dispose());
  sshd = await world.start();
  port = await freePort();
});

afterEach(() => scope.close());

const target = { host: 'localhost', port: 1 };

const reverse = (given: Partial<SshConnection> = {}): SshConnection =>
  world.to(sshd, { remoteHost: 'localhost', remotePort: port, localTarget: target, ...given });

/** Stands in for the relay: accepts connections and replies with its name. */
async function receive(tunnel: Tunnel, name = 'here'): Promise<void> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(`${name}: ${chunk.toString()}`));
    socket.on('end', () => socket.end());
  });
  server.listen(reverseSocket(world.workshop.runtimeDirectory, tunnel.id));
  await once(server, 'listening');
  scope.own(name, () => new Promise<void>((resolve) => void server.close(() => resolve())));
}

const atServer = (): { host: string; port: number } => ({ host: '127.0.0.1', port });

const isListening = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(atServer());
    socket.on('connect', () => resolve(true));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
    socket.on('close', () => socket.destroy());
    socket.end();
  });

describe('a reverse forward', () => {
  it('carries connections from its server to here until it is stopped', async () => {
    const { tunnel, address } = await world.workshop.openReady(reverse());
    await receive(tunnel);
    expect(address).toEqual(target);
    expect(await exchange(atServer(), 'hello')).toBe('here: hello');
    expect(await tunnel.proveTransport(2_000)).toEqual({ kind: 'alive' });
    await tunnel.stop();
    expect(await isListening()).toBe(false);
    // Others may use the connection.
    expect(world.workshop.livingChildren()).toHaveLength(1);
  });

  it('is dead when incoming connections can no longer be accepted', async () => {
    const { tunnel } = await world.workshop.openReady(reverse());
    expect(await tunnel.proveTransport(2_000)).toMatchObject({
      kind: 'dead',
      cause: { title: 'The tunnel ended (its private socket is gone)' },
    });
  });

  it('leaves nothing on the server when it is stopped by force or during its start', async () => {
    const first = await world.workshop.openReady(reverse());
    await receive(first.tunnel);
    await world.workshop.openReady(world.to(sshd), false, { name: 'other' });
    await first.tunnel.stop({ force: true });
    await eventually('the server has closed its listener', async () => !(await isListening()));
    const second = world.workshop.open(reverse());
    await second.stop();
    expect(await isListening()).toBe(false);
  });

  it('can listen on a socket instead of a port', async () => {
    const folder = await folderOfServer();
    const remoteSocket = path.join(folder, 'in.sock');
    const { tunnel } = await world.workshop.openReady(reverse({ remotePort: 0, remoteSocket }));
    await receive(tunnel);
    expect(await exchange({ path: remoteSocket }, 'hello')).toBe('here: hello');
    await tunnel.stop();
    await expect(exchange({ path: remoteSocket }, 'x')).rejects.toThrow();
    // sshd removes it only with StreamLocalBindUnlink.
    expect(existsSync(remoteSocket)).toBe(true);
    expect(await world.workshop.openFailing(reverse({ remotePort: 0, remoteSocket }))).toMatchObject({
      code: 'remote-port-in-use',
      title: `${remoteSocket} cannot be opened on 127.0.0.1`,
      remedy: expect.stringContaining('StreamLocalBindUnlink') as string,
    });
  });

  it('reports whose port is in use', async () => {
    const other = await startEchoServer(port);
    scope.own('other', () => other.stop());
    expect(await world.workshop.openFailing(reverse({ remoteHost: '127.0.0.1' }))).toMatchObject({
      code: 'remote-port-in-use',
      title: `Port ${port} on 127.0.0.1 is in use there`,
      evidence: `mux_confirm_remote_forward: remote port forwarding failed for listen port ${port}`,
      recovery: 'backoff',
    });
    const open = await world.start({ config: ['GatewayPorts clientspecified'] });
    const foreign = { ...reverse({ remoteHost: '192.0.2.1' }), port: open.port };
    expect((await world.workshop.openFailing(foreign)).remedy).toContain('has the address 192.0.2.1');
  });

  it.each<[string, string, Partial<SshConnection>, string]>([
    ['all of them', 'AllowTcpForwarding local', {}, 'AllowTcpForwarding and PermitListen'],
    ['this port', 'PermitListen localhost:1', {}, 'AllowTcpForwarding and PermitListen'],
    [
      'sockets',
      'AllowStreamLocalForwarding local',
      { remotePort: 0, remoteSocket: '/tmp/localport-forbidden.sock' },
      'AllowStreamLocalForwarding',
    ],
  ])('says that the server forbids %s', async (_, rule, given, rules) => {
    const strict = await world.start({ config: [rule] });
    const cause = await world.workshop.openFailing({ ...reverse(given), port: strict.port });
    expect(cause).toMatchObject({ code: 'forwarding-prohibited', recovery: 'user' });
    expect(cause.remedy).toContain(rules);
    expect(cause.evidence).toMatch(/^(?:Server has disabled|port forwarding refused)/);
  });

  it('takes over its place from the previous tunnel, which keeps its connections', async () => {
    const first = await world.workshop.openReady(reverse());
    await receive(first.tunnel, 'first');
    const steady = net.connect(atServer());
    scope.own('steady', () => void steady.destroy());
    steady.write('a');
    expect(String(await once(steady, 'data'))).toBe('first: a');
    // New clients get another connection to the server.
    first.tunnel.condemn?.(describeCause('stopped'));
    const second = await world.workshop.openReady(reverse());
    await receive(second.tunnel, 'second');
    expect(second.tunnel.pid).not.toBe(first.tunnel.pid);
    expect(await exchange(atServer(), 'hello')).toBe('second: hello');
    steady.write('b');
    expect(String(await once(steady, 'data'))).toBe('first: b');
    await first.tunnel.stop();
    expect(await exchange(atServer(), 'hello')).toBe('second: hello');
  });

  it('requests its place only once the previous tunnel has released it and the server has confirmed that', async () => {
    const requests: string[] = [];
    const holders = new Map<string, SshReverseForward>();
    const openOn = (name: string): SshReverseForward => {
      const life = new CarrierLife();
      const attachment = {
        pid: null,
        openedInMs: null,
        ready: Promise.resolve(ok({ kind: 'unix', path: name } as const)),
        ended: life.ended,
        prove: () => Promise.resolve({ kind: 'alive' } as const),
        roundTrip: async () => {
          requests.push(`round trip on ${name} begins`);
          await new Promise(setImmediate);
          requests.push(`round trip on ${name} ends`);
        },
        condemn: () => undefined,
        onRefusal: () => undefined,
        onListenRefused: () => () => undefined,
        detach: () => Promise.resolve(),
      };
      const answer = (what: string, path: string): Promise<Result<void, MuxFailure>> => {
        requests.push(`${what} on ${path}`);
        return Promise.resolve(ok(undefined));
      };
      const mux: SshMux = {
        open: ({ controlPath }) => answer('open', controlPath),
        close: ({ controlPath }) => answer('close', controlPath),
      };
      const { runtimeDirectory } = world.workshop;
      const request = { id: `${name}#1.1`, service: serviceWith(reverse()), log: silentLogger };
      const listen = { host: 'localhost', port };
      const server = { host: 'h', port: null, jump: [] };
      const parts = {
        clock: systemClock,
        mux,
        attachment,
        runtimeDirectory,
        listen,
        server,
        target,
        holders,
      };
      return new SshReverseForward(request, parts);
    };
    await openOn('old').ready;
    await openOn('new').ready;
    expect(requests).toEqual([
      'open on old',
      'close on old',
      'round trip on old begins',
      'round trip on old ends',
      'open on new',
    ]);
  });

  it('ends the previous tunnel when it cannot get its place', async () => {
    const first = await world.workshop.openReady(reverse());
    await receive(first.tunnel);
    // The server forbids the forward for another key.
    const { client } = world;
    const keyFile = await client.createKey('strict');
    const strict = await readFile(`${keyFile}.pub`, 'utf8');
    await appendFile(client.publicKeyFile, `no-port-forwarding ${strict}`);
    const cause = await world.workshop.openFailing(reverse({ keyFile }));
    expect(cause).toMatchObject({ code: 'forwarding-prohibited' });
    expect((await first.tunnel.ended).cause?.title).toContain('a newer tunnel replaced it');
    expect(await isListening()).toBe(false);
  });

  it('lets another server on the same host decide whether a place is free', async () => {
    const first = await world.workshop.openReady(reverse(), false, { name: 'first' });
    await receive(first.tunnel, 'first');
    // Both servers run on this machine, so the place is in use, and the server reports it.
    const other = await world.start();
    const second = world.workshop.open({ ...reverse(), port: other.port }, false, { name: 'second' });
    expect(await second.ready).toMatchObject({
      error: { title: `Port ${port} on 127.0.0.1 is in use there` },
    });
    expect(await exchange(atServer(), 'hello')).toBe('first: hello');
  });

  it('connects to the current target, although another service was refused the place before', async () => {
    const other = await startEchoServer(port);
    const local = reverse({ remoteHost: '127.0.0.1' });
    const first = world.workshop.open(local, false, { name: 'first' });
    expect(await first.ready).toMatchObject({ ok: false });
    await other.stop();
    const second = await world.workshop.openReady(local, false, { name: 'second' });
    await receive(second.tunnel, 'second');
    expect(await exchange(atServer(), 'hello')).toBe('second: hello');
    expect(second.tunnel.pid).toBe((await world.workshop.openReady(world.to(sshd))).tunnel.pid);
    const third = world.workshop.open(local, false, { name: 'third' });
    expect(await third.ready).toMatchObject({
      error: { title: `Port ${port} on 127.0.0.1 is used by the service second` },
    });
    expect(await exchange(atServer(), 'hello')).toBe('second: hello');
  });

  it('waits until the server notices that a connection is dead', async () => {
    const first = await world.workshop.openReady(reverse());
    await sshd.freezeSessions(true);
    signalIfAlive(first.tunnel.pid ?? 0, 'SIGKILL');
    await first.tunnel.ended;
    const cause = await world.workshop.openFailing(reverse());
    expect(cause).toMatchObject({ code: 'remote-port-in-use', recovery: 'backoff' });
    expect(cause.remedy).toContain('ClientAliveInterval');
    await sshd.freezeSessions(false);
    await eventually('the server has closed its listener', async () => !(await isListening()));
    const second = await world.workshop.openReady(reverse());
    await receive(second.tunnel);
    expect(await exchange(atServer(), 'hello')).toBe('here: hello');
  });
});

async function folderOfServer(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'localport-far-'));
  scope.own('folder', () => rm(folder, { recursive: true }));
  return folder;
}

describe('a forward to a socket on the server', () => {
  const to = (remoteSocket: string): SshConnection => world.to(sshd, { remotePort: 0, remoteSocket });

  it('carries bytes both ways', async () => {
    const remoteSocket = path.join(await folderOfServer(), 'echo.sock');
    const server = net.createServer((socket) => socket.pipe(socket));
    server.listen(remoteSocket);
    await once(server, 'listening');
    scope.own('echo', () => new Promise<void>((resolve) => void server.close(() => resolve())));
    const { address } = await world.workshop.openReady(to(remoteSocket));
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('reports that nothing listens there', async () => {
    const remoteSocket = path.join(await folderOfServer(), 'none.sock');
    // sshd reports the same for a path that is not allowed.
    const { tunnel, address } = await world.workshop.openReady(to(remoteSocket));
    const complaint = new Promise((resolve) => tunnel.onComplaint(resolve));
    expect(await listenTo(address)).toBe('');
    expect(await complaint).toMatchObject({
      code: 'target-refused',
      title: `The tunnel is up, but ${remoteSocket} refused the connection`,
      remedy: expect.stringContaining('may open its socket') as string,
    });
  });
});
