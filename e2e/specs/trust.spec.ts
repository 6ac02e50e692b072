import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { exchange, type FixtureServer, freePort, startEchoServer } from '../fixtures/servers.ts';

const host = '127.0.0.1';

let world: World;
let echo: FixtureServer;
let port: number;

test.beforeEach(async () => {
  [world, echo, port] = await Promise.all([createWorld(), startEchoServer(), freePort()]);
});

test.afterEach(async () => {
  await world.close();
  await echo.stop();
});

/** In the folder in which the app is started, as in a checkout. */
const fileInFolder = (): string => path.join(world.home, 'localport.yaml');

const save = (localPort: number, name = 'db'): Promise<void> =>
  writeFile(
    fileInFolder(),
    `services:\n  - {name: ${name}, technology: tcp, local_port: ${localPort}, remote_port: ${echo.port}, connection: {host: ${host}}}\n`,
    { mode: 0o600 },
  );

const configIs = (app: RunningApp, status: string): Promise<unknown> =>
  app.waitForSnapshot(`the config is ${status}`, ({ config }) => config.status === status);

test("a folder's config runs once the user has reviewed and trusted it in the popover; a changed one does not", async () => {
  await save(port);
  const app = await world.start();
  await configIs(app, 'untrusted');
  await expect(exchange({ host, port }, 'x')).rejects.toThrow(/ECONNREFUSED/);

  const page = await app.openPopover();
  await expect(page.getByText('A new config: review and trust')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Trust' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Review' }).click();
  await expect(page.getByRole('list', { name: 'What would run' })).toHaveText(
    `db: localhost:${port} → ${host}:${echo.port}`,
  );
  await page.getByRole('button', { name: 'Trust' }).click();
  await configIs(app, 'loaded');
  await app.waitForSnapshot('db is up', ({ services }) => services[0]?.phase === 'up');
  expect(await exchange({ host, port }, 'trusted')).toBe('trusted');

  const other = await freePort();
  await save(other, 'changed');
  await configIs(app, 'untrusted');
  await expect(page.getByText('The config changed: review and trust')).toBeVisible();
  expect(await exchange({ host, port }, 'still in effect')).toBe('still in effect');
  await expect(exchange({ host, port: other }, 'x')).rejects.toThrow(/ECONNREFUSED/);
  expect(await readFile(fileInFolder(), 'utf8')).toContain('changed');
});

test('a review by keyboard shows what would run, and pressing the same key again trusts nothing', async () => {
  await save(port);
  const app = await world.start();
  await configIs(app, 'untrusted');
  const page = await app.openPopover();
  await page.getByRole('button', { name: 'Review' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'What would run' })).toBeFocused();
  await page.keyboard.press('Enter');
  await configIs(app, 'untrusted');
  await page.getByRole('button', { name: 'Trust' }).focus();
  await page.keyboard.press('Enter');
  await configIs(app, 'loaded');
});
