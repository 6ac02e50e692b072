import { expect } from 'playwright/test';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { inMain } from '../fixtures/electron-process.ts';
import { allHealthy, test } from '../fixtures/running-forwards.ts';
import { exchange } from '../fixtures/servers.ts';

test('a click on the tray opens the popover with every forward, and Escape closes it', async ({
  app,
  remoteServers,
}) => {
  const page = await app.openPopover();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All 4 up');
  for (const name of ['ssh', 'kubectl', 'tcp', 'command'] as const) {
    await expect(
      page.getByRole('button', { name: `Copy localhost:${remoteServers.ports[name]}` }),
    ).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await expect.poll(() => app.isPopoverVisible()).toBe(false);
});

test('the menu has a checkbox for every forward, which turns it off and on', async ({
  app,
  world,
  remoteServers,
}) => {
  const { desktop } = world;
  const address = { host: '127.0.0.1', port: remoteServers.ports.tcp };
  const isTicked = async (): Promise<boolean | null | undefined> =>
    (await desktop.menu()).find((entry) => entry.label.startsWith('tcp'))?.checked;
  await expect.poll(isTicked).toBe(true);
  await desktop.chooseFromMenu('tcp');
  await app.waitForSnapshot('tcp is off', ({ services }) => services[2]?.phase === 'off');
  await expect(exchange(address, 'x')).rejects.toThrow(/ECONNREFUSED/);
  await expect.poll(isTicked).toBe(false);
  await desktop.chooseFromMenu('tcp');
  await app.waitForSnapshot('tcp is up again', ({ services }) => services[2]?.phase === 'up');
  expect(await exchange(address, 'x')).toBe('x');
});

test('the tooltip shows the counts', async ({ app, world }) => {
  await expect.poll(async () => (await world.desktop.tray()).tooltip).toBe('LocalPort: All 4 up');
  await app.waitForSnapshot('all are up', ({ services }) => services.length === 4);
});

test('starting it again opens the popover of the running app', async ({ app, world }) => {
  const page = await app.openPopover();
  await page.keyboard.press('Escape');
  await expect.poll(() => app.isPopoverVisible()).toBe(false);
  expect(await world.startAgain()).toEqual({ code: 0, signal: null });
  await expect.poll(() => app.isPopoverVisible()).toBe(true);
});

test('the popover opens however soon after startup the icon is clicked', async ({ world }) => {
  for (let start = 1; start <= 8; start++) {
    const app = await world.start();
    const page = await app.openPopover();
    await expect(page.getByText('ssh', { exact: true }), `start ${start}`).toBeVisible();
    expect(await app.quit()).toEqual({ code: 0, signal: null });
  }
});

test('Copy Diagnostics copies a report of the states, without the names of services', async ({
  app,
  world,
}) => {
  const copied = (): Promise<string> => inMain(app.electron, async ({ clipboard }) => clipboard.readText());
  await world.desktop.chooseFromMenu('Copy Diagnostics');
  await expect.poll(copied).toContain('LocalPort diagnostics');
  const report = await copied();
  expect(report).toContain('login item disabled');
  expect(report).toContain('service-1');
  expect(report).not.toMatch(/\b(ssh|kubectl)\b/);
  expect(report).not.toContain(world.home);
});

test('one notification says that a forward needs the user, and one that it is back', async ({
  app,
  world,
  remoteServers,
}) => {
  await remoteServers.sshd.replaceHostKey();
  await remoteServers.sshd.restart();
  await app.waitForSnapshot('ssh needs the user', ({ services }) => services[0]?.phase === 'failed');
  // While the popover is open, there is no notification.
  const page = await app.openPopover();
  const ask = (channel: 'popover:hide' | 'services:retry', request: unknown): Promise<void> =>
    page.evaluate(
      ([name, value]) =>
        (window as unknown as { localport: PopoverBridge }).localport.invoke(name, value as never),
      [channel, request] as const,
    );
  await ask('popover:hide', undefined);
  const notices = async (): Promise<readonly string[]> =>
    (await world.desktop.notifications()).map(({ title, body }) => `${title}: ${body}`);
  await expect.poll(notices).toEqual([expect.stringMatching(/host key of .* has changed: ssh: /)]);

  await remoteServers.sshd.trust();
  await ask('services:retry', { names: ['ssh'] });
  await allHealthy(app);
  // The first one is withdrawn: its cause is fixed.
  await expect.poll(notices).toEqual([expect.stringMatching(/^ssh is up again/)]);
});
