import { expect } from 'playwright/test';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { allHealthy, test } from '../fixtures/running-forwards.ts';
import { exchange, freePort } from '../fixtures/servers.ts';
import { openSteadyConnection } from '../fixtures/steady-connection.ts';

const host = '127.0.0.1';

test('the config is edited, broken, and repaired while the app runs, and only the changed services are touched', async ({
  app,
  world,
  remoteServers,
}) => {
  const steady = await openSteadyConnection({ host, port: remoteServers.ports.ssh });
  const text = await readFile(world.configFile, 'utf8');
  const port = await freePort();
  const edited = text.replace(`local_port: ${remoteServers.ports.tcp}`, `local_port: ${port}`);

  // As editors save: a new file replaces the old one.
  await writeFile(`${world.configFile}.new`, edited, { mode: 0o600 });
  await rename(`${world.configFile}.new`, world.configFile);
  await app.waitForSnapshot(
    'tcp has moved',
    ({ services }) => services[2]?.localPort === port && services[2].phase === 'up',
  );
  expect(await exchange({ host, port }, 'moved')).toBe('moved');
  await expect(exchange({ host, port: remoteServers.ports.tcp }, 'x')).rejects.toThrow(/ECONNREFUSED/);

  await writeFile(world.configFile, edited.replace(`local_port: ${port}`, 'local_port: 70000'), {
    mode: 0o600,
  });
  const broken = await app.waitForSnapshot('the fault is told', ({ config }) => config.status === 'partial');
  expect(broken.config.problems).toMatchObject([{ severity: 'error', path: 'services[2].local_port' }]);
  expect(broken.config.problems[0]?.message).toContain('70000');
  expect(await exchange({ host, port }, 'still in force')).toBe('still in force');
  const page = await app.openPopover();
  await expect(page.getByText('tcp: local_port: 70000')).toBeVisible();

  await writeFile(world.configFile, text, { mode: 0o600 });
  await app.waitForSnapshot('the config is good again', ({ config }) => config.status === 'loaded');
  await allHealthy(app);
  expect(await exchange({ host, port: remoteServers.ports.tcp }, 'home')).toBe('home');
  expect(await steady.echo('never touched')).toBe('never touched');
  steady.close();
});

test('HUP reloads every time, not once', async ({ app, world, remoteServers }) => {
  for (const round of [1, 2, 3]) {
    await writeFile(
      world.configFile,
      `${remoteServers.config}# round ${round}\n`.replace('tags: [near]', `tags: [near, round-${round}]`),
      {
        mode: 0o600,
      },
    );
    app.kill('SIGHUP');
    await app.waitForSnapshot(
      `round ${round} is in force`,
      ({ services }) => services[2]?.tags.includes(`round-${round}`) === true,
    );
  }
  await allHealthy(app);
});
