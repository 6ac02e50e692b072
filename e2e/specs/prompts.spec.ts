import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Page } from 'playwright/test';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { type RemoteServers, startRemoteServers } from '../fixtures/remote-servers.ts';
import { createSecretTools, type SecretTools } from '../fixtures/secret-tools.ts';
import { exchange } from '../fixtures/servers.ts';
import { lockKey } from '../fixtures/ssh-client.ts';

const passphrase = 'tortoise & hare';

let remoteServers: RemoteServers;
let world: World;
let app: RunningApp;
let page: Page;
let tools: SecretTools;

test.beforeEach(async () => {
  const started = await startRemoteServers();
  tools = createSecretTools();
  const searchPath = [tools.binDirectory, started.env['PATH'] ?? ''].join(path.delimiter);
  remoteServers = { ...started, env: { ...started.env, PATH: searchPath } };
  await lockKey(remoteServers.sshd.keyFile, passphrase);
  world = await createWorld({ config: remoteServers.config, env: remoteServers.env });
  writeProfile(world, remoteServers);
  app = await world.start();
  await app.waitForSnapshot('ssh asks', ({ prompts }) => prompts.length === 1);
  page = await app.openPopover();
});

test.afterEach(async () => {
  await world.close();
  await remoteServers.dispose();
  tools.dispose();
});

test('a locked key is unlocked in the popover, by keyboard, and its passphrase is stored nowhere', async () => {
  const card = page.getByRole('form', { name: /^The key .* is locked$/ });
  await expect(card).toContainText('Needed by ssh');
  await expect(card.locator('input[type=password]')).toBeFocused();

  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await expect(card).toContainText('The last answer was not accepted');
  await expect(card.locator('input[type=password]')).toHaveValue('');
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await expect(card).toHaveCount(0);
  await app.waitForSnapshot('ssh is up', ({ services }) => services[0]?.phase === 'up');
  expect(await exchange({ host: '127.0.0.1', port: remoteServers.ports.ssh }, 'hello')).toBe('hello');
  // grep exits with 1 if it finds nothing.
  await expect(promisify(execFile)('grep', ['-r', '-F', passphrase, world.home])).rejects.toMatchObject({
    code: 1,
  });
  expect(await app.quit()).toEqual({ code: 0, signal: null });
  await app.expectNothingLeft(remoteServers.allPorts);
});

test('a remembered passphrase opens the key after a restart, until it is refused', async () => {
  const name = `passphrase of ${remoteServers.sshd.keyFile}`;
  const box = page.getByRole('checkbox', { name: 'Remember in keychain' });
  await expect(box).not.toBeChecked();
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Tab');
  await expect(box).toBeFocused();
  await page.keyboard.press('Space');
  await expect(box).toBeChecked();
  await page.keyboard.press('Enter');
  await app.waitForSnapshot('ssh is up', ({ services }) => services[0]?.phase === 'up');
  // Only then is it known that the keychain has it.
  const noted = path.join(world.home, '.local/state/localport/remembered-answers.json');
  await expect.poll(() => readFile(noted, 'utf8').catch(() => ''), { timeout: 10_000 }).toContain(name);
  expect(tools.keychain(name)).toBe(passphrase);
  expect(await app.quit()).toEqual({ code: 0, signal: null });

  app = await world.start();
  await app.waitForSnapshot('ssh is up', ({ services }) => services[0]?.phase === 'up');
  expect(await app.quit()).toEqual({ code: 0, signal: null });

  tools.setKeychain(name, 'of yesterday');
  app = await world.start();
  await app.waitForSnapshot('ssh asks', ({ prompts }) => prompts.length === 1);
  page = await app.openPopover();
  const card = page.getByRole('form', { name: /^The key .* is locked$/ });
  await expect(card).toContainText('The answer in the keychain was not accepted, and was removed');
  expect(tools.keychain(name)).toBeNull();
  await expect(card.getByRole('checkbox')).toBeChecked();
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await app.waitForSnapshot('ssh is up', ({ services }) => services[0]?.phase === 'up');
  await expect.poll(() => tools.keychain(name)).toBe(passphrase);
});

test('without a keychain, the prompt does not offer to remember the answer', async () => {
  await page.getByRole('button', { name: 'Cancel' }).click();
  for (const program of await readdir(tools.binDirectory)) await rm(path.join(tools.binDirectory, program));
  expect(await app.quit()).toEqual({ code: 0, signal: null });
  app = await world.start();
  await app.waitForSnapshot('ssh asks', ({ prompts }) => prompts.length === 1);
  page = await app.openPopover();
  await expect(page.getByRole('form').locator('input')).toHaveCount(1);
});

test('a canceled question makes its service fail, and is not asked again', async () => {
  await page.getByRole('button', { name: 'Cancel' }).click();
  const failed = await app.waitForSnapshot(
    'ssh has failed',
    ({ services }) => services[0]?.phase === 'failed',
  );
  expect(failed.services[0]).toMatchObject({ cause: { code: 'question-unanswered' }, nextRetryAt: null });
  await page.getByRole('button', { name: 'Enter Passphrase…' }).click();
  await app.waitForSnapshot('ssh asks again', ({ prompts }) => prompts.length === 1);
});
