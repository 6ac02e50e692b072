import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../e2e/fixtures/servers.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { choosePort } from './port-choice.ts';

const listeners: Server[] = [];

afterEach(async () => {
  await Promise.all(
    listeners.splice(0).map((server) => new Promise((resolve) => server.close(() => resolve(undefined)))),
  );
});

async function takePort(port: number): Promise<void> {
  const server = createServer();
  listeners.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
}

const aService = (name: string, change: Partial<ServiceSnapshot>): ServiceSnapshot => ({
  ...atRest,
  name,
  technology: 'tcp',
  description: null,
  tags: [],
  route: `${name}.example:80`,
  localPort: 5432,
  desired: 'on',
  phase: 'up',
  health: 'healthy',
  since: 0,
  ...change,
});

const idle = { phase: 'failed', health: 'unknown', addresses: [] } as const;

describe('a given port', () => {
  it('is used if it is free', async () => {
    const port = await freePort();
    const services = [aService('db', { ...idle, localPort: await freePort() })];
    expect(await choosePort({ name: 'db', wanted: port, services }, clock)).toEqual({
      ok: true,
      value: port,
    });
  });

  it('is refused with the name of the program that holds it', async () => {
    const port = await freePort();
    await takePort(port);
    const chosen = await choosePort({ name: 'db', wanted: port, services: [aService('db', idle)] }, clock);
    expect(chosen).toEqual({
      ok: false,
      error: expect.stringMatching(
        new RegExp(`^port ${port} is used by .+ \\(pid ${process.pid}\\)$`),
      ) as string,
    });
  });

  it('is refused with the name of the other service that uses it', async () => {
    const services = [aService('db', idle), aService('cache', { localPort: 6_379 })];
    expect(await choosePort({ name: 'db', wanted: 6_379, services }, clock)).toEqual({
      ok: false,
      error: 'port 6379 is used by the service cache',
    });
  });

  it('is accepted if it is already its own', async () => {
    const port = await freePort();
    await takePort(port);
    const services = [aService('db', { localPort: port, addresses: [`127.0.0.1:${port}`] })];
    expect(await choosePort({ name: 'db', wanted: port, services }, clock)).toEqual({
      ok: true,
      value: port,
    });
  });
});

describe('auto', () => {
  const auto = async (services: readonly ServiceSnapshot[]): Promise<number> => {
    const chosen = await choosePort({ name: 'db', wanted: 'auto', services }, clock);
    if (!chosen.ok) throw new Error(chosen.error);
    return chosen.value;
  };

  it('is the port in the config if that is free', async () => {
    const port = await freePort();
    expect(await auto([aService('db', { ...idle, localPort: port })])).toBe(port);
  });

  it('is another port if that is in use, but not one of another service', async () => {
    const port = await freePort();
    await takePort(port);
    const chosen = await auto([aService('db', { ...idle, localPort: port })]);
    expect(chosen).toBeGreaterThan(port);
    const neighbor = aService('cache', { ...idle, desired: 'off', localPort: chosen });
    const avoiding = await auto([aService('db', { ...idle, localPort: port }), neighbor]);
    expect(avoiding).toBeGreaterThan(chosen);
  });

  it('is the port at which the service already listens', async () => {
    const here = aService('db', { localPort: 7_101, configuredPort: 7_001, addresses: ['127.0.0.1:7101'] });
    expect(await auto([here])).toBe(7_101);
  });
});
