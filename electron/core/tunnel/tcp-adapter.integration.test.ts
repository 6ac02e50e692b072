import dns from 'node:dns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProbeSpec } from '../../../shared/service-spec.ts';
import { exchange, type FixtureServer, freePort, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { sleep, systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { describeFailure } from '../health/client-failure.ts';
import { createTcpAdapter } from './tcp-adapter.ts';
import { serviceWith, tcpConnection } from './testing/service-specs.ts';
import { openStallingRelay } from './testing/stalling-relay.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

const mysqlCheck: ProbeSpec = {
  type: 'mysql',
  user: null,
  password: null,
  database: null,
  tls: false,
  servername: 'db',
  verifySsl: true,
  caFile: null,
};

/** What the system's resolver does, until the end of the test. */
function resolver(answer: (done: (error: Error) => void) => void): void {
  vi.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    _options: object,
    done: (error: Error) => void,
  ) => {
    setImmediate(() => {
      answer(done);
    });
  }) as never);
}

describe('the tcp adapter', () => {
  let echo: FixtureServer;
  let workshop: TunnelWorkshop;

  beforeEach(async () => {
    echo = await startEchoServer();
    workshop = await TunnelWorkshop.create();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
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

  it.each<ProbeSpec>([
    { type: 'none' },
    { type: 'auto', hello: null },
    { type: 'auto', hello: { type: 'ssh' } },
    mysqlCheck,
  ])('makes no connection of its own where the check is %j', async (probe) => {
    const service = serviceWith(tcpConnection({ remotePort: echo.port }));
    const tunnel = createTcpAdapter({ clock: systemClock }).open({
      id: 'a',
      service: { ...service, healthCheck: { ...service.healthCheck, probe } },
      log: silentLogger,
    });
    const ready = await tunnel.ready;
    expect(ready).toMatchObject({ ok: true, value: { port: echo.port } });
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
    expect(await exchange({ host: '127.0.0.1', port: echo.port }, 'hello')).toBe('hello');
    expect(echo.connections).toBe(1);
    await tunnel.stop();
  });

  it('runs until it is stopped, and then has no cause', async () => {
    const { tunnel } = await workshop.openReady(tcpConnection({ remotePort: echo.port }));
    const end = await tunnel.stop();
    expect(end).toEqual({ cause: null, exitCode: null, signal: null, lastLines: [] });
    expect(await tunnel.stop()).toEqual(end);
  });

  it('reports a remote that refuses', async () => {
    const port = await freePort();
    expect(await workshop.openFailing(tcpConnection({ remotePort: port }))).toMatchObject({
      code: 'connection-refused',
      recovery: 'backoff',
      evidence: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('reports a remote that refuses on every address of its name', async () => {
    const connection = tcpConnection({ host: 'localhost', remotePort: await freePort() });
    expect(await workshop.openFailing(connection)).toMatchObject({
      code: 'connection-refused',
      evidence: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it.each([
    ['ENOTFOUND', 'The name db.invalid was not found'],
    ['EAI_AGAIN', 'No answer from DNS for db.invalid'],
  ])('reports a name that cannot be resolved: %s', async (code, title) => {
    resolver((done) => {
      done(Object.assign(new Error(`getaddrinfo ${code} db.invalid`), { code }));
    });
    expect(await workshop.openFailing(tcpConnection({ host: 'db.invalid' }))).toMatchObject({
      code: 'name-not-found',
      title,
    });
  });

  it('blames a resolver that does not answer, not the host', async () => {
    resolver(() => undefined);
    const host = 'silent.invalid';
    const service = serviceWith(tcpConnection({ host }));
    const tunnel = createTcpAdapter({ clock: systemClock, connectTimeoutMs: 1_100 }).open({
      id: 'a',
      service: { ...service, healthCheck: { ...service.healthCheck, probe: { type: 'tcp' } } },
      log: silentLogger,
    });
    const title = `No answer from DNS for ${host}`;
    expect(await tunnel.ready).toMatchObject({ error: { code: 'name-not-found', title } });
    const failure = { kind: 'timed-out', awaited: 'answer', afterMs: 1_000, remoteEndSpoke: false } as const;
    expect(describeFailure({ failure, finding: 'no answer' }, service).title).toBe(title);
  });

  it('can be stopped while it connects', async () => {
    const tunnel = workshop.open(tcpConnection({ host: 'db.invalid' }));
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    expect(await tunnel.ready).toMatchObject({ ok: false });
  });

  it('proves its transport by any answer, even a refusal', async () => {
    const { tunnel } = await workshop.openReady(tcpConnection({ remotePort: echo.port }));
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
    await echo.stop();
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
    await tunnel.stop();
    expect(await tunnel.proveTransport(1_000)).toMatchObject({ kind: 'dead' });
  });

  it('is silent, not dead, while the remote does not answer', async () => {
    const relay = await openStallingRelay(echo.port);
    const { tunnel } = await workshop.openReady(tcpConnection({ remotePort: relay.port }));
    await relay.stall();
    expect(await tunnel.proveTransport(300)).toEqual({ kind: 'silent' });
    relay.dispose();
  });

  it("is ready soon after a silent remote is back, regardless of TCP's backoff", async () => {
    const relay = await openStallingRelay(echo.port);
    await relay.stall();
    const tunnel = workshop.open(tcpConnection({ remotePort: relay.port }));
    // A single attempt would send SYNs after 1, 3, 7 and 15 s.
    await sleep(systemClock, 7_300);
    await relay.resume();
    const backAt = performance.now();
    expect((await tunnel.ready).ok).toBe(true);
    expect(performance.now() - backAt).toBeLessThan(2_000);
    relay.dispose();
  });

  it('gives up on a remote that does not answer within its deadline', async () => {
    const relay = await openStallingRelay(echo.port);
    await relay.stall();
    const clock = new FakeClock();
    const tunnel = createTcpAdapter({ clock, connectTimeoutMs: 4_000 }).open({
      id: 'test#1',
      service: serviceWith(tcpConnection({ remotePort: relay.port })),
      log: silentLogger,
    });
    await clock.advance(4_000);
    expect(await tunnel.ready).toMatchObject({
      ok: false,
      error: { code: 'timed-out', evidence: 'no answer within 4 s' },
    });
    relay.dispose();
  });
});
