import { expect } from 'playwright/test';
import { technologies } from '../fixtures/remote-servers.ts';
import { allHealthy, test } from '../fixtures/running-forwards.ts';
import { echoChecksums, exchange } from '../fixtures/servers.ts';
import { openSteadyConnection } from '../fixtures/steady-connection.ts';

const host = '127.0.0.1';

for (const name of technologies) {
  test(`64 MiB come back unchanged through a ${name} forward`, async ({ app, remoteServers }) => {
    const { sent, received } = await echoChecksums(
      { host, port: remoteServers.ports[name] },
      64 * 1024 * 1024,
    );
    expect(received).toBe(sent);
    const { services } = await app.snapshot();
    const service = services.find((candidate) => candidate.name === name);
    expect(service?.bytesOut).toBeGreaterThanOrEqual(64 * 1024 * 1024);
  });
}

test('both loopback addresses lead to the remote end', async ({ app, remoteServers }) => {
  for (const port of remoteServers.allPorts) {
    expect([
      await exchange({ host: '127.0.0.1', port }, 'v4'),
      await exchange({ host: '::1', port }, 'v6'),
    ]).toEqual(['v4', 'v6']);
  }
  expect(app.isRunning()).toBe(true);
});

test('turning one off closes its port, keeps the connections of all others open, and is remembered', async ({
  app,
  world,
  remoteServers,
}) => {
  const others = await Promise.all(
    (['kubectl', 'tcp', 'command'] as const).map((name) =>
      openSteadyConnection({ host, port: remoteServers.ports[name] }),
    ),
  );
  const page = await app.openPopover();
  await page.getByRole('switch', { name: /ssh/ }).click();
  await app.waitForSnapshot('ssh is off', ({ services }) => services[0]?.phase === 'off');
  await expect(exchange({ host, port: remoteServers.ports.ssh }, 'x')).rejects.toThrow(/ECONNREFUSED/);
  for (const connection of others) expect(await connection.echo('still here')).toBe('still here');
  for (const connection of others) connection.close();
  await app.quit();
  await app.expectNothingLeft(remoteServers.allPorts);

  const again = await world.start();
  await allHealthy(again);
  const { services } = await again.snapshot();
  expect(services.map(({ name, desired, phase }) => `${name} ${desired} ${phase}`)).toEqual([
    'ssh off off',
    'kubectl on up',
    'tcp on up',
    'command on up',
  ]);
  await again.quit();
  await again.expectNothingLeft(remoteServers.allPorts);
});
