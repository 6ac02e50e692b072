/** Links from other programs (`localport://…`), passed as a desktop passes them: by starting the app again with one. */
import { expect, test, type Page } from 'playwright/test';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';

const host = '127.0.0.1';
const started = { code: 0, signal: null };
let server: FixtureServer;
let world: World;
let app: RunningApp;
let port: number;

test.beforeEach(async () => {
  server = await startEchoServer();
  port = await freePort();
  const entry = (name: string, localPort: number, more: string): string =>
    `  - { name: ${name}, technology: tcp, local_port: ${localPort}, remote_port: ${server.port}, enabled: false, connection: { host: ${host} }${more} }\n`;
  world = await createWorld({
    config: `version: "1.0"\nservices:\n${entry('"my echo"', port, '')}${entry('orders', await freePort(), ', guard: confirm')}`,
  });
});
test.afterEach(async () => {
  await world.close();
  await server.stop();
});

const openLink = async (link: string): Promise<void> => {
  expect(await world.startAgain([link])).toEqual(started);
  await expect.poll(() => app.isPopoverVisible()).toBe(true);
};
const page = (): Promise<Page> => app.electron.firstWindow();
const desired = async (): Promise<readonly string[]> =>
  (await app.snapshot()).services.map((service) => `${service.name} ${service.desired}`);

test('a link turns a forward on and off once the user has confirmed it', async () => {
  app = await world.start();
  await openLink('localport://open');
  const popover = await page();
  await expect(popover.locator('.row')).toHaveCount(2);
  await expect(popover.getByRole('alertdialog')).toHaveCount(0);

  await openLink('localport://on/my%20echo');
  const question = popover.getByRole('alertdialog', { name: 'Turn on my echo?' });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(await desired()).toEqual(['my echo off', 'orders off']);
  await question.getByRole('button', { name: 'Turn On' }).click();
  await app.waitForSnapshot('it is up', ({ services }) => services[0]?.phase === 'up');
  expect(await exchange({ host, port }, 'by link')).toBe('by link');

  await popover.keyboard.press('Escape');
  await expect.poll(() => app.isPopoverVisible()).toBe(false);
  await openLink('localport://off/my%20echo');
  await popover.getByRole('alertdialog').getByRole('button', { name: 'Turn Off' }).click();
  await expect.poll(desired).toEqual(['my echo off', 'orders off']);
  expect(await app.quit()).toEqual(started);
});

test('the safe answer is no, and a question disappears with the popover', async () => {
  app = await world.start();
  await openLink('localport://on/my%20echo');
  const popover = await page();
  const question = popover.getByRole('alertdialog');
  await expect(question).toBeVisible();
  await popover.keyboard.press('Enter');
  await expect(question).toHaveCount(0);
  await openLink('localport://on/my%20echo');
  await expect(question).toBeVisible();
  await popover.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await openLink('localport://on/my%20echo');
  await expect(question).toBeVisible();
  await world.desktop.clickTray();
  await expect.poll(() => app.isPopoverVisible()).toBe(false);
  await app.openPopover();
  await expect(popover.locator('.row')).toHaveCount(2);
  await expect(question).toHaveCount(0);
  expect(await desired()).toEqual(['my echo off', 'orders off']);
  expect(await app.quit()).toEqual(started);
});

test('a guarded forward asks its own question as well', async () => {
  app = await world.start();
  await openLink('localport://on/orders');
  const popover = await page();
  await popover.getByRole('button', { name: 'Turn On', exact: true }).click();
  const second = popover.getByRole('alertdialog', { name: 'orders is guarded: turn it on?' });
  await expect(second.getByRole('button', { name: 'Cancel' })).toBeFocused();
  // The second click of a double click on the first question.
  await second.getByRole('button', { name: 'Turn On' }).dispatchEvent('click', { detail: 2 });
  await expect(second).toBeVisible();
  expect(await desired()).toEqual(['my echo off', 'orders off']);
  await second.getByRole('button', { name: 'Turn On' }).click();
  await expect.poll(desired).toEqual(['my echo off', 'orders on']);
  expect(await app.quit()).toEqual(started);
});

test('a link that LocalPort cannot follow shows a message, and nothing happens', async () => {
  app = await world.start();
  const refused: readonly (readonly [link: string, sentence: RegExp])[] = [
    ['localport://on/no-such', /There is no forward with the name “no-such”/],
    // A name that begins with a right-to-left override: cspell:ignore Ecte
    ['localport://on/%E2%80%AEcte', /“\\u202ecte”/],
    ['localport://quit', /does not know this link/],
    ['localport://on/my%20echo?now=1', /does not know this link/],
    ['localport://on/%ff', /cannot be read/],
    [`localport://on/${'a'.repeat(20_000)}`, /too long/],
  ];
  for (const [link, sentence] of refused) {
    await openLink(link);
    const card = (await page()).getByRole('alertdialog', { name: 'This link does nothing' });
    await expect(card).toContainText(sentence);
    await card.getByRole('button', { name: 'OK' }).click();
    await expect(card).toHaveCount(0);
  }
  expect(await desired()).toEqual(['my echo off', 'orders off']);
  expect(await app.quit()).toEqual(started);
});

test('LocalPort asks about a link that starts the app once the forwards are known', async () => {
  app = await world.start({ args: ['localport://on/my%20echo'] });
  await expect.poll(() => app.isPopoverVisible()).toBe(true);
  const popover = await page();
  await popover.getByRole('button', { name: 'Turn On', exact: true }).click();
  await app.waitForSnapshot('it is up', ({ services }) => services[0]?.phase === 'up');
  expect(await app.quit()).toEqual(started);
});
