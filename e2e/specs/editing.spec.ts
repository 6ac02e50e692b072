/** From no config to working forwards, on the real app: add, test, change, view, remove, and undo. */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'playwright/test';
import type { Page } from 'playwright';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';

const host = '127.0.0.1';
let world: World;
let app: RunningApp;
let server: FixtureServer;

test.beforeEach(async () => {
  server = await startEchoServer();
});
test.afterEach(async () => {
  await world.close();
  await server.stop();
});

const start = async (config?: string): Promise<Page> => {
  world = await createWorld(config === undefined ? {} : { config });
  app = await world.start();
  return app.openPopover();
};
const configText = (): Promise<string> => readFile(world.configFile, 'utf8');
const serviceIsUp = (name: string): Promise<unknown> =>
  app.waitForSnapshot(`${name} is up`, ({ services }) =>
    services.some((service) => service.name === name && service.phase === 'up'),
  );

test('the first forward is added by keyboard alone, and carries bytes', async () => {
  const page = await start();
  const port = await freePort();
  await expect(page.getByRole('heading', { name: 'What do you want to reach?' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open Page' })).toBeVisible();
  const keys = async (...pressed: readonly string[]): Promise<void> => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  await keys('Control+n', 'Shift+Tab', 'ArrowRight', 'ArrowRight', 'Tab');
  await page.keyboard.type(host);
  await keys('Tab');
  await page.keyboard.type(String(server.port));
  await keys('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('echo');
  await keys('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(String(port));
  await page.getByRole('button', { name: 'Test' }).press('Enter');
  await expect(page.locator('.test-result')).toContainText('It accepts connections', { timeout: 20_000 });
  await page.getByRole('textbox', { name: 'Local port' }).press('Enter');
  await expect(page.getByText('Added echo')).toBeVisible();
  await serviceIsUp('echo');
  expect(await exchange({ host, port }, 'first')).toBe('first');
  await expect(page.getByRole('heading', { name: 'What do you want to reach?' })).toHaveCount(0);
  expect(await configText()).toContain('name: echo');
  await app.quit();
});

test('someone without a kubeconfig is led to the form, whose errors name its fields', async () => {
  const page = await start();
  await page.getByRole('button', { name: 'From Kubernetes' }).click();
  await expect(page.getByText('No services with ports were found')).toBeVisible();
  await page.getByRole('button', { name: 'Add by Hand…' }).click();
  await page.getByRole('radio', { name: 'SSH' }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  for (const label of ['SSH host', 'Remote port', 'Name'])
    await expect(page.getByText(`${label} is missing`, { exact: true })).toBeVisible();
  await expect(page.getByText('Fix the 3 errors above')).toBeVisible();
  await app.quit();
});

const commented = (port: number, remotePort: number): string =>
  `# Mine, by hand.
services:
  # The echo.
  - name: echo # not to be lost
    technology: tcp
    local_port: ${port}
    remote_port: ${remotePort}
    connection: { host: ${host} }
`;

test('a forward is changed in place and removed, and an undo restores the exact bytes', async () => {
  const port = await freePort();
  const other = await freePort();
  const text = commented(port, server.port);
  const page = await start(text);
  await serviceIsUp('echo');
  const row = page.locator('.row[data-name=echo]');
  await row.focus();
  await page.keyboard.press('Control+e');
  const field = page.getByRole('textbox', { name: 'Local port' });
  await expect(field).toHaveValue(String(port));
  await field.fill(String(other));
  await field.press('Enter');
  await expect(page.getByText('Saved echo')).toBeVisible();
  expect(await configText()).toBe(text.replace(String(port), String(other)));
  await app.waitForSnapshot('it has moved', ({ services }) => services[0]?.localPort === other);

  await row.focus();
  await page.keyboard.press('Backspace');
  await expect(page.getByText('Removed echo')).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
  expect(await configText()).toBe(text.replace(String(port), String(other)));
  await app.quit();
});

test('a forward on demand connects for the first client', async () => {
  const port = await freePort();
  const page = await start(commented(port, server.port));
  await serviceIsUp('echo');
  const row = page.locator('.row[data-name=echo]');
  await row.focus();
  await page.keyboard.press('Control+e');
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await page.getByRole('switch', { name: 'Connect only while in use' }).press('Space');
  await page.getByRole('textbox', { name: 'Local port' }).press('Enter');
  await expect(page.getByText('Saved echo')).toBeVisible();
  expect(await configText()).toContain('    on_demand: true\n');
  const power = row.getByRole('switch', { name: 'echo' });
  await power.press('Space');
  await app.waitForSnapshot('it is off', ({ services }) => services[0]?.phase === 'off');
  await expect(power).not.toBeChecked();
  await power.press('Space');
  await expect(row).toContainText('on demand');
  await expect(page.getByRole('heading', { name: '1 up' })).toBeVisible();
  expect(await exchange({ host, port }, 'first')).toBe('first');
  await serviceIsUp('echo');
  await app.quit();
});

test('a taken port names its holder and offers another port; a duplicate name is refused in place', async () => {
  const port = await freePort();
  const page = await start(commented(port, server.port));
  await serviceIsUp('echo');
  await page.keyboard.press('Control+n');
  await page.getByRole('radio', { name: 'TCP' }).click();
  await page.getByRole('combobox', { name: 'Host' }).fill(host);
  await page.getByRole('textbox', { name: 'Remote port' }).fill(String(server.port));
  await page.getByRole('textbox', { name: 'Name' }).fill('echo');
  const local = page.getByRole('textbox', { name: 'Local port' });
  await local.fill(String(port));
  await expect(page.getByText('Used by the service echo')).toBeVisible();
  const offer = page.getByRole('button', { name: /^Use \d+$/ });
  await offer.click();
  await expect(local).not.toHaveValue(String(port));
  await local.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Escape');
  await app.quit();
});

test('details, log, and doctor show what the real core knows', async () => {
  const port = await freePort();
  const page = await start(commented(port, server.port));
  await serviceIsUp('echo');
  await exchange({ host, port }, 'hello');
  await page.locator('.row[data-name=echo]').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('echo');
  await expect(page.locator('.fact', { hasText: 'Sent' })).toContainText('5 B');
  await page.getByRole('button', { name: 'Show Log' }).click();
  await expect(page.locator('.log-line').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Doctor' }).click();
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
  await app.quit();
});

test('a broken config shows in headline, tooltip, and one notification, also with the popover closed and after a relaunch', async () => {
  const port = await freePort();
  const text = commented(port, server.port);
  world = await createWorld({ config: text });
  app = await world.start();
  await app.waitForSnapshot('it runs', ({ services }) => services[0]?.phase === 'up');
  const page = await app.openPopover();
  await page.keyboard.press('Escape');
  await expect.poll(() => app.isPopoverVisible()).toBe(false);
  const bad = text.replace(`local_port: ${port}`, 'local_port: 70000');
  await writeFile(world.configFile, bad, { mode: 0o600 });
  const titles = async (): Promise<readonly string[]> =>
    (await world.desktop.notifications()).map(({ title }) => title);
  await expect.poll(titles).toEqual(['The config has an error']);
  // The tray is renewed seldom, so it may follow the notification.
  await expect
    .poll(async () => (await world.desktop.tray()).tooltip)
    .toBe('LocalPort: The config needs attention, 1 of 1 up');
  await writeFile(world.configFile, bad.replace('70000', '70001'), { mode: 0o600 });
  const again = await app.openPopover();
  await expect(again.getByText('70001')).toBeVisible();
  await expect(again.getByRole('heading', { level: 1 })).toContainText('The config needs attention');
  expect(await titles()).toEqual(['The config has an error']);
  await app.quit();

  app = await world.start();
  await expect
    .poll(titles, { timeout: 20_000 })
    .toEqual(['The config has an error', 'The config has an error']);
  await app.quit();
});

test('a port that another program has is replaced with a free one, for this run', async () => {
  const rival = await startEchoServer();
  const page = await start(commented(rival.port, server.port));
  await page.getByRole('button', { name: 'Use Another Port' }).click();
  const { services } = await app.waitForSnapshot(
    'it is up elsewhere',
    ({ services: [one] }) => one?.phase === 'up' && one.localPort !== rival.port,
  );
  const port = services[0]?.localPort ?? 0;
  expect(await exchange({ host, port }, 'elsewhere')).toBe('elsewhere');
  expect(await configText()).toContain(`local_port: ${rival.port}`);
  await app.quit();
  await rival.stop();
});
