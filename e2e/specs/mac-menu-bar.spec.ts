/** The app on a Mac. Tests that Linux can stand in for run there too. */
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Rectangle } from 'electron';
import { expect, test } from 'playwright/test';
import { inMain } from '../fixtures/electron-process.ts';
import { findLeftovers } from '../fixtures/leftovers.ts';
import { startLoneApp, type LoneApp } from '../fixtures/lone-app.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';

const isMac = process.platform === 'darwin';
/** Kept with the reports of a run. */
const pictures = path.resolve(import.meta.dirname, '../../.cache/e2e/mac');

let server: FixtureServer;
let port: number;
let app: LoneApp;

test.beforeEach(async () => {
  server = await startEchoServer();
  port = await freePort();
  app = await startLoneApp({
    config: `services:\n  - { name: echo, technology: tcp, local_port: ${port}, remote_port: ${server.port}, connection: { host: 127.0.0.1 } }\n`,
  });
});

test.afterEach(async () => {
  await app.close();
  await server.stop();
});

test('a click on the icon opens the popover, and the next one closes it', async () => {
  await app.clickIcon();
  const page = await app.popover();
  await expect(page.getByText('echo', { exact: true })).toBeVisible();
  await app.clickIcon();
  await expect.poll(() => app.isPopoverVisible()).toBe(false);
});

test('a long press closes the popover, and does not open it again', async () => {
  await app.clickIcon();
  await app.popover();
  await app.clickIcon(600);
  expect(await app.isPopoverVisible()).toBe(false);
  await app.clickIcon();
  await app.popover();
});

test('the popover is entirely within the work area, below the icon if the system reports its position', async () => {
  await app.clickIcon();
  const page = await app.popover();
  const popover = await app.popoverBounds();
  const workArea = await inMain(
    app.electron,
    async ({ BrowserWindow, screen }) =>
      screen.getDisplayMatching(BrowserWindow.getAllWindows()[0]!.getBounds()).workArea,
  );
  expect(isWithin(popover, workArea), JSON.stringify({ popover, workArea })).toBe(true);
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `popover-${process.platform}.png`) });
  if (!isMac) return;
  const icon = await app.iconBounds();
  expect(icon.width).toBeGreaterThan(0);
  expect(popover.y).toBeGreaterThanOrEqual(icon.y + icon.height);
  expect(popover.y).toBeLessThan(icon.y + icon.height + 40);
  // Only a person can judge the icon's rendering, the vibrancy, and the whole look, from this picture.
  await promisify(execFile)('/usr/sbin/screencapture', ['-x', path.join(pictures, 'screen.png')]);
});

test('the icon is a template, which the menu bar colors', async () => {
  test.skip(!isMac, 'only macOS has template images');
  const icons = path.resolve(import.meta.dirname, '../../dist/icons');
  const isTemplate = await inMain(
    app.electron,
    async ({ nativeImage }, file: string) => nativeImage.createFromPath(file).isTemplateImage(),
    path.join(icons, 'tray-wellTemplate.png'),
  );
  expect(isTemplate).toBe(true);
});

test('the app is not in the Dock or the app switcher', async () => {
  test.skip(!isMac, 'only macOS has a Dock');
  expect(await inMain(app.electron, async ({ app: main }) => main.dock?.isVisible())).toBe(false);
  const pid = app.electron.process().pid!;
  const { stdout } = await promisify(execFile)('/usr/bin/lsappinfo', [
    'info',
    '-only',
    'ApplicationType',
    String(pid),
  ]);
  expect(stdout).toContain('UIElement');
});

test('after sleep and wake, as reported by power events, the forward still works', async () => {
  const echoed = (text: string): Promise<string> => exchange({ host: '127.0.0.1', port }, text).catch(String);
  await expect.poll(() => echoed('before')).toBe('before');
  await inMain(app.electron, async ({ powerMonitor }) => {
    // They sometimes come twice.
    for (const event of ['suspend', 'suspend', 'resume', 'resume'] as const) powerMonitor.emit(event);
  });
  await expect.poll(() => echoed('after')).toBe('after');
  const log = (): Promise<string> =>
    readFile(path.join(app.paths.logDirectory, 'localport.log'), 'utf8').catch(String);
  await expect.poll(log).toContain('The computer goes to sleep.');
  await expect.poll(log).toContain('The computer is awake again.');
});

test('Quit leaves nothing: no process, no port, no socket', async () => {
  await app.clickIcon();
  await app.popover();
  expect(await app.quit()).toEqual({ code: 0, signal: null });
  await expect.poll(() => app.processes()).toEqual([]);
  expect(await findLeftovers({ mark: 'LOCALPORT_TEST_RUN=none', folder: app.home, ports: [port] })).toEqual(
    [],
  );
});

test('a system shutdown leaves nothing either', async () => {
  const prevented = inMain(app.electron, async ({ powerMonitor }) => {
    let isPrevented = false;
    powerMonitor.emit('shutdown', { preventDefault: () => (isPrevented = true) });
    return isPrevented;
  });
  // The answer is lost if the app is quicker.
  expect(await prevented.catch(() => true)).toBe(true);
  expect(await app.end()).toEqual({ code: 0, signal: null });
  await expect.poll(() => app.processes()).toEqual([]);
});

test('Chromium’s files are in their own folder in the state folder', async () => {
  const userData = await inMain(app.electron, async ({ app: main }) => main.getPath('userData'));
  expect(userData).toBe(path.join(app.paths.stateDirectory, 'chromium'));
});

const isWithin = (inner: Rectangle, outer: Rectangle): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
