/** The settings page on the real app: it shows what the system and the core report. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { inMain } from '../fixtures/electron-process.ts';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';

let world: World;
let app: RunningApp;
let server: FixtureServer;

test.beforeEach(async () => {
  server = await startEchoServer();
  world = await createWorld({
    config: `services:\n  - { name: echo, technology: tcp, local_port: ${await freePort()}, remote_port: ${server.port}, connection: { host: 127.0.0.1 } }\n`,
  });
  app = await world.start();
  await app.waitForSnapshot('it runs', ({ services }) => services[0]?.phase === 'up');
});
test.afterEach(async () => {
  await world.close();
  await server.stop();
});

test('open at login, notifications, and the shortcut are saved, and the system has the shortcut', async () => {
  const page = await app.openPopover();
  await page.keyboard.press('Control+,');
  const login = page.getByRole('switch', { name: 'Open at login' });
  await expect(login).not.toBeChecked();
  await login.press('Space');
  await expect(login).toBeChecked();
  const autostart = path.join(world.home, '.config/autostart/localport.desktop');
  expect(await readFile(autostart, 'utf8')).toContain('Name=LocalPort');
  await page.getByRole('switch', { name: 'When a forward is up again' }).press('Space');
  await page.getByRole('radio', { name: '30 s' }).click();
  await page.getByRole('switch', { name: 'New forwards on demand' }).press('Space');
  await page.getByRole('button', { name: /^Shortcut/ }).press('Enter');
  await page.keyboard.press('Control+Alt+Shift+F9');
  await expect(page.getByRole('button', { name: /^Shortcut/ })).toHaveText('Ctrl+Alt+Shift+F9');
  await expect
    .poll(() =>
      inMain(app.electron, async ({ globalShortcut }) => globalShortcut.isRegistered('Control+Alt+Shift+F9')),
    )
    .toBe(true);
  expect(await app.quit()).toEqual({ code: 0, signal: null });

  app = await world.start();
  const again = await app.openPopover();
  await again.keyboard.press('Control+,');
  await expect(again.getByRole('switch', { name: 'Open at login' })).toBeChecked();
  await expect(again.getByRole('switch', { name: 'When a forward is up again' })).not.toBeChecked();
  await expect(again.getByRole('button', { name: /^Shortcut/ })).toHaveText('Ctrl+Alt+Shift+F9');
  await expect(again.getByRole('radio', { name: '30 s' })).toBeChecked();
  await again.keyboard.press('Escape');
  await again.keyboard.press('Control+n');
  // Settings that differ from the default are shown, not folded away.
  await expect(again.getByRole('textbox', { name: 'Clients wait' })).toHaveValue('30s');
  await expect(again.getByRole('switch', { name: 'Connect only while in use' })).toBeChecked();
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('the environment shows when it was read, and is read again; the message names a shell that fails', async () => {
  const page = await app.openPopover();
  await page.keyboard.press('Control+,');
  await expect(page.getByText(/^Read from \/bin\/sh \d+ (s|min) ago$/)).toBeVisible({
    timeout: 20_000,
  });
  await writeFile(path.join(world.home, '.profile'), 'exit 3\n');
  await page.getByRole('button', { name: 'Refresh' }).press('Enter');
  await expect(page.getByText(/^\/bin\/sh did not return its environment/)).toBeVisible({ timeout: 20_000 });
  await writeFile(path.join(world.home, '.profile'), 'export LOCALPORT_SEEN=1\n');
  await page.getByRole('button', { name: 'Refresh' }).press('Enter');
  await expect(page.getByText(/^Read from \/bin\/sh [0-9] s ago$/)).toBeVisible({ timeout: 20_000 });
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('the tray pauses all forwards, and Resume turns the same ones on again', async () => {
  const desired = async (): Promise<unknown> => {
    const { services } = await app.snapshot();
    return services.map(({ name, desired, offUntil }) => [name, desired, offUntil !== undefined]);
  };
  // The panel's menu is seldom renewed.
  const choose = async (label: string): Promise<void> => {
    const labels = async (): Promise<readonly string[]> =>
      (await world.desktop.menu()).filter(({ enabled }) => enabled).map((entry) => entry.label);
    await expect.poll(labels).toContain(label);
    await world.desktop.chooseFromMenu(label);
  };
  await choose('Pause All for 1 Hour');
  await expect.poll(desired).toEqual([['echo', 'off', true]]);
  await choose('Resume');
  await expect.poll(desired).toEqual([['echo', 'on', false]]);
  await app.waitForSnapshot('it is up again', ({ services }) => services[0]?.phase === 'up');
  await choose('Pause All Until Tomorrow');
  await expect.poll(desired).toEqual([['echo', 'off', true]]);
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});
