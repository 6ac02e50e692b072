/** Guarded services and pauses, in the real app. */
import { expect, test } from 'playwright/test';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { exchange, type FixtureServer, freePort, startEchoServer } from '../fixtures/servers.ts';

const host = '127.0.0.1';

let world: World;
let echo: FixtureServer;
let port: number;

test.beforeEach(async () => {
  [echo, port] = await Promise.all([startEchoServer(), freePort()]);
});

test.afterEach(async () => {
  await world.close();
  await echo.stop();
});

/** `more`: YAML in braces. */
async function worldWith(more: string): Promise<World> {
  const config = `services:\n  - {name: db, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, connection: {host: ${host}}, ${more}}\n`;
  world = await createWorld({ config });
  return world;
}

const isUp = ({ services }: { readonly services: readonly { readonly phase: string }[] }): boolean =>
  services[0]?.phase === 'up';

test('a service tagged production is turned on only after a confirmation, by pointer and by keyboard', async () => {
  const app = await (await worldWith('enabled: false, tags: [production]')).start();
  const page = await app.openPopover();
  const theSwitch = page.getByRole('switch', { name: 'db' });
  const question = page.getByRole('group', { name: 'db leads to production: turn it on?' });

  await theSwitch.click();
  await expect(question).toBeVisible();
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(theSwitch).not.toBeChecked();
  await expect(exchange({ host, port }, 'x')).rejects.toThrow(/ECONNREFUSED/);

  await theSwitch.focus();
  await page.keyboard.press('Space');
  await expect(question).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await app.waitForSnapshot('db is up', isUp);
  expect(await exchange({ host, port }, 'confirmed')).toBe('confirmed');

  await theSwitch.click();
  await app.waitForSnapshot('db is off', ({ services }) => services[0]?.phase === 'off');
});

test('a service with auto_off is turned off when its time is over', async () => {
  const app = await (await worldWith('enabled: false, auto_off: 5s')).start();
  const page = await app.openPopover();
  await page.getByRole('switch', { name: 'db' }).click();
  const { services } = await app.waitForSnapshot('db is up', isUp);
  expect(services[0]?.offAt).toBeDefined();
  await app.waitForSnapshot('db is off', ({ services: [db] }) => db?.phase === 'off' && db.desired === 'off');
  await expect(exchange({ host, port }, 'x')).rejects.toThrow(/ECONNREFUSED/);
});

test('the row menu turns a service off for two hours, and its switch turns it on before that', async () => {
  const app = await (await worldWith('enabled: true')).start();
  await app.waitForSnapshot('db is up', isUp);
  const page = await app.openPopover();
  await page.getByRole('switch', { name: 'db' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Turn Off for 2 Hours' }).click();
  const paused = await app.waitForSnapshot('db is off', ({ services }) => services[0]?.phase === 'off');
  const leftMs = (paused.services[0]?.offUntil ?? 0) - Date.now();
  expect(leftMs).toBeGreaterThan(7_100_000);
  expect(leftMs).toBeLessThanOrEqual(7_200_000);
  await expect(page.getByText(/^off until /)).toBeVisible();
  await page.getByRole('switch', { name: 'db' }).click();
  await app.waitForSnapshot('db is up', isUp);
});
