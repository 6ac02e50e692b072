import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { startWelcome, type Welcome } from './welcome-config.ts';

const ask = (port: number, method = 'GET'): Promise<{ status: number; body: string; policy: unknown }> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path: '/' }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          policy: response.headers['content-security-policy'],
        }),
      );
    })
      .on('error', reject)
      .end();
  });

describe('the welcome config', () => {
  let welcome: Welcome | undefined;
  let holder: Server | undefined;

  afterEach(async () => {
    await welcome?.close();
    await new Promise((resolve) => (holder === undefined ? resolve(null) : holder.close(resolve)));
    holder = undefined;
  });

  const start = async (): Promise<ServiceSpec> => {
    welcome = await startWelcome({ configPath: '/home/<me>/config.yaml' });
    return welcome.services[0]!;
  };

  const remotePortOf = ({ connection }: ServiceSpec): number => Number(connection.remotePort);

  it('forwards a free local port to a page that names the config file and the port', async () => {
    const service = await start();
    expect(service).toMatchObject({ name: 'welcome', enabled: true, problem: null });
    expect(service.connection).toMatchObject({ technology: 'tcp', host: '127.0.0.1' });
    const { status, body, policy } = await ask(remotePortOf(service));
    expect(status).toBe(200);
    expect(body).toContain('/home/&lt;me&gt;/config.yaml');
    expect(body).toContain(`port ${service.localPort}`);
    expect(policy).toContain("default-src 'none'");
    for (const technology of ['kubectl', 'ssh', 'tcp', 'command'])
      expect(body).toContain(`technology: ${technology}`);
  });

  it('is served so that its own health check passes', async () => {
    const service = await start();
    const { probe } = service.healthCheck;
    const { status, body } = await ask(remotePortOf(service));
    expect(probe).toMatchObject({ type: 'http', expectedStatus: [status] });
    expect(probe.type === 'http' && body.includes(probe.expectedContent ?? 'missing')).toBe(true);
  });

  it.each(['127.0.0.1', '::1', '0.0.0.0', '::'])('skips a port that is taken on %s', async (host) => {
    const { localPort } = await start();
    await welcome?.close();
    holder = createServer().listen({ host, port: localPort, ipv6Only: host === '::1' });
    await new Promise((resolve) => holder!.once('listening', resolve));
    expect((await start()).localPort).toBeGreaterThan(localPort);
  });

  it('refuses to be written to', async () => {
    expect(await ask(remotePortOf(await start()), 'POST')).toMatchObject({ status: 405, body: '' });
  });

  it('frees its port when it is closed, twice as well as once', async () => {
    const port = remotePortOf(await start());
    await welcome?.close();
    await welcome?.close();
    await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
  });
});
