/** Imported forwards: objects of a cluster, checked in the popover, are added to the user's own file. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'playwright/test';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { startRemoteServers, type RemoteServers } from '../fixtures/remote-servers.ts';
import { exchange, freePort } from '../fixtures/servers.ts';

const host = '127.0.0.1';
let remoteServers: RemoteServers;
let world: World;
let app: RunningApp;

test.beforeEach(async () => {
  remoteServers = await startRemoteServers();
});
test.afterEach(async () => {
  await world.close();
  await remoteServers.dispose();
});

const start = async (config?: string): Promise<void> => {
  world = await createWorld({ env: remoteServers.env, ...(config === undefined ? {} : { config }) });
  writeProfile(world, remoteServers);
  app = await world.start();
};
const isUp = (name: string): Promise<unknown> =>
  app.waitForSnapshot(`${name} is up`, ({ services }) =>
    services.some((service) => service.name === name && service.phase === 'up'),
  );

test('the first run finds the contexts, lists their services, and forwards the checked ones', async () => {
  await start();
  const page = await app.openPopover();
  await expect(page.getByRole('button', { name: 'From Kubernetes' })).toContainText('2 contexts found');
  await page.getByRole('button', { name: 'From Kubernetes' }).press('Enter');
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2, { timeout: 20_000 });
  await expect(page.getByRole('checkbox', { name: /^fixture-echo/ })).toBeChecked();
  await page.getByRole('checkbox', { name: /^fixture-other-echo/ }).press('Space');
  const port = await freePort();
  await page.getByRole('textbox', { name: 'Local port of fixture-echo' }).fill(String(port));
  await page.getByRole('button', { name: 'Add 1 Forward' }).press('Enter');
  await expect(page.getByText('Added 1 forward')).toBeVisible();
  await isUp('fixture-echo');
  expect(await exchange({ host, port }, 'imported')).toBe('imported');
  expect(await readFile(world.configFile, 'utf8')).toContain('name: fixture-echo');
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('an import adds to the existing file, keeps the rest of it, and an undo reverts it', async () => {
  const own = await freePort();
  const text = `# Mine, by hand.
services:
  - name: own # not to be lost
    technology: tcp
    local_port: ${own}
    remote_port: ${remoteServers.target.port}
    connection: { host: ${host} }
`;
  await start(text);
  await isUp('own');
  const page = await app.openPopover();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Import from Kubernetes' }).click();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2, { timeout: 20_000 });
  await page.getByRole('checkbox', { name: /^fixture-other-echo/ }).click();
  const port = await freePort();
  await page.getByRole('textbox', { name: 'Local port of fixture-echo' }).fill(String(port));
  await page.getByRole('button', { name: 'Add 1 Forward' }).click();
  await isUp('fixture-echo');
  expect(await exchange({ host, port }, 'beside')).toBe('beside');
  const added = await readFile(world.configFile, 'utf8');
  expect(added.startsWith(text)).toBe(true);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.row')).toHaveCount(1);
  expect(await readFile(world.configFile, 'utf8')).toBe(text);
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('the form lists the objects of the cluster; a target and two Enters make a forward', async () => {
  await start('services: []\n');
  const page = await app.openPopover();
  await page.keyboard.press('Control+n');
  await expect(page.getByRole('combobox', { name: 'Context' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('echo');
  await expect(page.getByRole('option', { name: 'service/echo' })).toBeVisible({ timeout: 20_000 });
  for (const key of ['ArrowDown', 'Enter', 'Enter']) await page.keyboard.press(key);
  await expect(page.getByText('Added echo')).toBeVisible();
  const { services } = await app.waitForSnapshot('it is up', ({ services: [one] }) => one?.phase === 'up');
  expect(await exchange({ host, port: services[0]?.localPort ?? 0 }, 'chosen')).toBe('chosen');
  expect(await readFile(world.configFile, 'utf8')).toContain('resource_name: echo');
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});
