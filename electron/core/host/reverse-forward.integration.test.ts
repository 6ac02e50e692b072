/** A port of a server that leads to this machine: the real daemon, a real sshd, and a program that starts and stops. */
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { signalIfAlive } from '../../../e2e/fixtures/process-tree.ts';
import { exchange, freePort, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../../e2e/fixtures/sshd.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

let scope: Scope;
let sshd: Sshd;
let daemon: RunningDaemon;
/** The port of the program on this machine. */
let localPort: number;
/** The port on the server. */
let remotePort: number;

beforeEach(async () => {
  scope = new Scope('test');
  sshd = await startSshd();
  scope.own('sshd', () => sshd.dispose());
  await sshd.trust();
  [localPort, remotePort] = [await freePort(), await freePort()];
});

afterEach(() => scope.close());

const reverse = (given: object = {}): object => ({
  name: 'hook',
  technology: 'ssh',
  remote: true,
  local_port: localPort,
  remote_port: remotePort,
  hold: '5s',
  connection: { host: sshd.host, port: sshd.port, user: sshd.user },
  restart_policy: { initial_delay: '100ms', max_delay: '200ms' },
  ...given,
});

const configOf = (...services: readonly object[]): string => JSON.stringify({ version: '1.0', services });

async function run(...services: readonly object[]): Promise<void> {
  const env = { PATH: `${sshd.binDirectory}:${process.env['PATH'] ?? ''}` };
  daemon = await startDaemon({ config: configOf(...services), env });
  scope.own('daemon', () => daemon.stop());
}

async function program(): Promise<Awaited<ReturnType<typeof startEchoServer>>> {
  const server = await startEchoServer(localPort);
  scope.own('program', () => server.stop());
  return server;
}

async function service(): Promise<ServiceSnapshot> {
  const found = (await daemon.snapshot()).services.find(({ name }) => name === 'hook');
  if (found === undefined) throw new Error('there is no such service');
  return found;
}

/** `up, unhealthy, Nothing listens on …` */
async function becomes(expected: string): Promise<ServiceSnapshot> {
  let seen = '';
  const isSo = async (): Promise<boolean> => {
    const { phase, health, cause } = await service();
    seen = [phase, health, ...(cause === null ? [] : [cause.title])].join(', ');
    return seen === expected;
  };
  await eventually(expected, isSo, 15_000).catch(() => {
    expect(seen).toBe(expected);
  });
  return service();
}

const atServer = (): { host: string; port: number } => ({ host: '127.0.0.1', port: remotePort });

const answers = (): Promise<boolean> =>
  exchange(atServer(), 'hello').then(
    (answer) => answer === 'hello',
    () => false,
  );

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const setDesired = (desired: 'on' | 'off') =>
  daemon.client.request('set-desired', { target: { kind: 'names', names: ['hook'] }, desired });

describe('a reverse forward', () => {
  it('has no local port, does not check the program, and is healthy once a client got an answer', async () => {
    const server = await program();
    await run(reverse());
    expect(await becomes('up, ready')).toMatchObject({
      localPort: 0,
      addresses: [],
      remoteAddress: `${sshd.user}@127.0.0.1:${remotePort}`,
      route: `${sshd.user}@127.0.0.1:${remotePort} → localhost:${localPort}`,
    });
    expect(server.connections).toBe(0);
    expect(await exchange(atServer(), 'hello')).toBe('hello');
    expect(await becomes('up, healthy')).toMatchObject({ bytesIn: 5, bytesOut: 5 });
  });

  it('reports that the program does not listen, while clients wait for it', async () => {
    await run(reverse());
    await becomes('up, ready');
    const client = exchange(atServer(), 'are you there?');
    const { pid, cause } = await becomes(
      `up, unhealthy, Nothing listens on localhost:${localPort} on this machine`,
    );
    expect(cause?.remedy).toBe(
      `Start what listens on localhost:${localPort}, or correct the local end in the config`,
    );
    await program();
    expect(await client).toBe('are you there?');
    expect(await becomes('up, healthy')).toMatchObject({ pid, restarts: 0 });
  });

  it('runs its check on the program, and asks the server whether the tunnel is alive', async () => {
    const health_check = { type: 'tcp', interval: '200ms', timeout: '1s', failure_threshold: 1 };
    await run(reverse({ health_check }));
    await becomes(`up, unhealthy, Nothing listens on localhost:${localPort} on this machine`);
    await program();
    const { pid } = await becomes('up, healthy');
    await sshd.freezeSessions(true);
    // The connection's keepalive counts as proof, for 9 s at most.
    await eventually('it is no longer green', async () => (await service()).health !== 'healthy', 20_000);
    await sshd.freezeSessions(false);
    await becomes('up, healthy');
    expect(pid).not.toBeNull();
  });

  it('ends its connections and leaves nothing on the server when it is turned off', async () => {
    await program();
    const steady = {
      name: 'steady',
      technology: 'ssh',
      local_port: await freePort(),
      remote_port: localPort,
    };
    await run(reverse(), { ...reverse(), remote: false, ...steady });
    await becomes('up, ready');
    const client = net.connect(atServer());
    scope.own('client', () => void client.destroy());
    client.write('a');
    await once(client, 'data');
    client.on('error', () => undefined);
    const closed = once(client, 'close');
    await setDesired('off');
    await closed;
    await becomes('off, unknown');
    expect(await isFree(remotePort)).toBe(true);
    await setDesired('on');
    await becomes('up, ready');
    expect(await exchange(atServer(), 'hello')).toBe('hello');
    expect((await daemon.snapshot()).services[1]).toMatchObject({ name: 'steady', phase: 'up', restarts: 0 });
  });

  it('keeps its connections while a new login takes over its port', async () => {
    await program();
    await run(reverse());
    const { pid } = await becomes('up, ready');
    const client = net.connect(atServer());
    scope.own('client', () => void client.destroy());
    client.write('a');
    await once(client, 'data');
    // Requests within 2 s count as one.
    await eventually('another login', async () => {
      await daemon.client.request('restart', { target: { kind: 'names', names: ['hook'] } });
      return (await service()).pid !== pid;
    });
    client.write('b');
    expect(String(await once(client, 'data'))).toBe('b');
    // During the handover nothing listens for a moment.
    await eventually('the service accepts connections', answers);
  });

  it('follows the config to another address and another program', async () => {
    const other = await startEchoServer();
    scope.own('other', () => other.stop());
    await run(reverse());
    await becomes('up, ready');
    const before = remotePort;
    daemon.save(configOf(reverse({ local_port: other.port })), 'in place');
    await eventually('the other program', answers);
    remotePort = await freePort();
    daemon.save(configOf(reverse({ local_port: other.port })), 'in place');
    await eventually('the other port', answers);
    await eventually('the first place is free', () => isFree(before));
  });

  it('listens again, without an outage, when its server closes idle connections', async () => {
    await program();
    const idle = await startSshd({ client: sshd.client, config: ['UnusedConnectionTimeout 1'] });
    scope.own('idle host', () => idle.dispose());
    await idle.trust();
    await run(reverse({ connection: { host: idle.host, port: idle.port, user: idle.user } }));
    const { pid } = await becomes('up, ready');
    await eventually('another login', async () => {
      const now = await service();
      return now.phase === 'up' && now.pid !== pid;
    });
    await eventually('the service accepts connections', answers);
    expect((await service()).outages.count).toBe(0);
  });

  it('waits until its port on the server is free', async () => {
    const holder = await startEchoServer(remotePort);
    await run(
      reverse({
        connection: { host: sshd.host, port: sshd.port, user: sshd.user, remote_host: '127.0.0.1' },
      }),
    );
    await becomes(`retrying, unknown, Port ${remotePort} on 127.0.0.1 is in use there`);
    await holder.stop();
    await becomes('up, ready');
    await program();
    expect(await exchange(atServer(), 'hello')).toBe('hello');
  });

  it('leaves nothing on the server when LocalPort is killed', async () => {
    await run(reverse());
    await becomes('up, ready');
    expect(await isFree(remotePort)).toBe(false);
    signalIfAlive(daemon.pid, 'SIGKILL');
    await eventually('the port is free', () => isFree(remotePort));
  });

  it('does not take the port of the service that listens at its local target', async () => {
    const echo = await startEchoServer();
    scope.own('echo', () => echo.stop());
    const near = { name: 'near', technology: 'tcp', local_port: localPort, remote_port: echo.port };
    await run(reverse(), { ...near, connection: { host: '127.0.0.1' } });
    await becomes('up, ready');
    expect(await exchange(atServer(), 'round and round')).toBe('round and round');
  });
});
