import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange, type FixtureServer, freePort, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { systemClock, withDeadline } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createTcpAdapter } from './tcp-adapter.ts';
import { serviceWith, tcpConnection } from './testing/service-specs.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

describe('the tcp adapter', () => {
  let echo: FixtureServer;
  let workshop: TunnelWorkshop;

  beforeEach(async () => {
    echo = await startEchoServer();
    workshop = await TunnelWorkshop.create();
  });

  afterEach(async () => {
    await workshop.dispose();
    await echo.stop();
  });

  it('is ready after one connection, and its endpoint is the remote itself, by name', async () => {
    const { tunnel, address } = await workshop.openReady(
      tcpConnection({ host: 'localhost', remotePort: echo.port }),
    );
    expect(address).toEqual({ host: 'localhost', port: echo.port });
    expect(tunnel.pid).toBeNull();
    expect(echo.connections).toBe(1);
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('lives until it is stopped, and tells no cause then', async () => {
    const { tunnel } = await workshop.openReady(tcpConnection({ remotePort: echo.port }));
    const end = await tunnel.stop();
    expect(end).toEqual({ cause: null, exitCode: null, signal: null, lastLines: [] });
    expect(await tunnel.stop()).toEqual(end);
  });

  it('tells a remote that refuses', async () => {
    const port = await freePort();
    expect(await workshop.openFailing(tcpConnection({ remotePort: port }))).toMatchObject({
      code: 'connection-refused',
      recovery: 'backoff',
      evidence: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('tells a remote that refuses on every address of its name', async () => {
    const connection = tcpConnection({ host: 'localhost', remotePort: await freePort() });
    expect(await workshop.openFailing(connection)).toMatchObject({
      code: 'connection-refused',
      evidence: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('tells a name that is not found', async () => {
    expect(await workshop.openFailing(tcpConnection({ host: 'db.invalid' }))).toMatchObject({
      code: 'name-not-found',
      title: 'The name db.invalid was not found',
    });
  });

  it('can be stopped while it connects', async () => {
    const tunnel = workshop.open(tcpConnection({ host: 'db.invalid' }));
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    expect(await tunnel.ready).toMatchObject({ ok: false });
  });

  it('proves its transport by any answer, a refusal too', async () => {
    const { tunnel } = await workshop.openReady(tcpConnection({ remotePort: echo.port }));
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
    await echo.stop();
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
    await tunnel.stop();
    expect(await tunnel.proveTransport(1_000)).toMatchObject({ kind: 'dead' });
  });

  it('gives up a remote that does not answer, after its deadline', async () => {
    const full = await startFullServer();
    const clock = new FakeClock();
    const tunnel = createTcpAdapter({ clock, connectTimeoutMs: 4_000 }).open({
      id: 'test#1',
      service: serviceWith(tcpConnection({ remotePort: full.port })),
      log: silentLogger,
    });
    await clock.advance(4_000);
    expect(await tunnel.ready).toMatchObject({
      ok: false,
      error: { code: 'timed-out', evidence: 'no connection within 4000 ms' },
    });
    full.stop();
  });
});

/** A server that accepts nothing and whose queue is full: a further connection gets no answer at all. */
async function startFullServer(): Promise<{ readonly port: number; stop(): void }> {
  const script = `
    const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('fs').writeSync(1, server.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(printed.toString());
  const queued: net.Socket[] = [];
  for (let isFull = false; !isFull && queued.length < 16;) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    queued.push(socket);
    isFull = (await withDeadline(systemClock, 200, once(socket, 'connect'))) === 'deadline';
  }
  return {
    port,
    stop: () => {
      for (const socket of queued) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
