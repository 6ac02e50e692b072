/**
 * The real app in the desktop session of a Mac, where nothing stands in for the system. Run by the Mac job of the workflow; each
 * title is named in ARCHITECTURE.md, "Unverified: needs a Mac".
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { _electron, expect, test as base, type ElectronApplication, type Page } from 'playwright/test';
import { userEnvironment } from '../../electron/core/testing/user-home.ts';
import { launchCommand } from '../fixtures/electron-app.ts';
import { startEchoServer, freePort, exchange } from '../fixtures/servers.ts';

const projectFolder = path.resolve(import.meta.dirname, '../..');

interface MacApp {
  readonly electron: ElectronApplication;
  readonly port: number;
  readonly popover: () => Promise<Page>;
}

/** With one service of technology tcp that is up, in a home of its own; short, for sockets. */
const test = base.extend<{ service: string; app: MacApp }>({
  service: ['db', { option: true }],
  app: async ({ service }, use, testInfo) => {
    const home = mkdtempSync('/tmp/lp-mac-');
    const echo = await startEchoServer();
    const port = await freePort();
    mkdirSync(path.join(home, 'run'), { mode: 0o700 });
    const config = `version: "1.0"\nservices:\n  - { name: ${service}, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, connection: { host: 127.0.0.1 } }\n`;
    writeFileSync(path.join(home, '.localport.yaml'), config, { mode: 0o600 });
    // HOME does not move what Electron keeps on macOS: it asks the system.
    const { executable, args } = launchCommand([
      projectFolder,
      `--user-data-dir=${path.join(home, 'user-data')}`,
    ]);
    const display = Object.fromEntries(
      ['DISPLAY', 'XAUTHORITY'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    );
    const env = { ...userEnvironment(home, path.join(home, 'run')), ...display } as Record<string, string>;
    const electron = await _electron.launch({ executablePath: executable, args, cwd: home, env });
    const popover = async (): Promise<Page> => {
      const opened = electron.windows()[0] ?? electron.waitForEvent('window');
      // As when the user starts the app again, which is the way to an icon that macOS hides.
      await electron.evaluate(({ app }) => void app.emit('activate'));
      const page = await opened;
      await expect(page.locator('.header-state')).toHaveText('1 up');
      return page;
    };
    await use({ electron, port, popover });
    const screenshot = testInfo.outputPath('screen.png');
    if (process.platform === 'darwin')
      await promisify(execFile)('/usr/sbin/screencapture', ['-x', screenshot]).catch(() => undefined);
    electron.process().kill('SIGKILL');
    await echo.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  },
});

test.skip(process.platform !== 'darwin', 'for a Mac');

test('the app lives in the menu bar alone, without an icon in the Dock', async ({ app }) => {
  expect(await app.electron.evaluate(({ app: main }) => main.dock?.isVisible())).toBe(false);
});

test('the popover opens below the menu bar, inside of the display', async ({ app }, testInfo) => {
  const page = await app.popover();
  await page.screenshot({ path: testInfo.outputPath('popover.png') });
  const { bounds, workArea } = await app.electron.evaluate(({ BrowserWindow, screen }) => {
    const window = BrowserWindow.getAllWindows()[0]!;
    const shown = window.getBounds();
    return { bounds: shown, workArea: screen.getDisplayMatching(shown).workArea };
  });
  expect(bounds.y).toBeGreaterThanOrEqual(workArea.y);
  expect(bounds.y).toBeLessThan(workArea.y + 40);
  expect(bounds.x).toBeGreaterThanOrEqual(workArea.x);
  expect(bounds.x + bounds.width).toBeLessThanOrEqual(workArea.x + workArea.width);
});

test('App Nap is off', async ({ app }) => {
  const isOff = await app.electron.evaluate(({ systemPreferences }) =>
    systemPreferences.getUserDefault('NSAppSleepDisabled', 'boolean'),
  );
  expect(isOff).toBe(true);
});

test('after sleep and wake a forward carries bytes', async ({ app }) => {
  await app.popover();
  const address = { host: '127.0.0.1', port: app.port };
  expect(await exchange(address, 'before')).toBe('before');
  await app.electron.evaluate(({ powerMonitor }) => {
    powerMonitor.emit('suspend');
    powerMonitor.emit('resume');
  });
  expect(await exchange(address, 'after')).toBe('after');
});

test('quitting leaves no process and no open port', async ({ app }) => {
  await app.popover();
  const child = app.electron.process();
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await app.electron.evaluate(({ app: main }) => main.quit()).catch(() => undefined);
  expect(await ended).toBe(0);
  await expect(exchange({ host: '127.0.0.1', port: app.port }, 'x')).rejects.toThrow(/ECONNREFUSED/);
  const left = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' });
  expect(left.split('\n').filter((line) => line.includes('/lp-mac-'))).toEqual([]);
});

test('the daemon is installed twice in a row, and the second one runs', async () => {
  // launchd gives its programs the home of the user: on a machine of one's own that is one's own.
  test.skip(process.env['CI'] === undefined, 'changes the launch agents of this user');
  const command = async (...words: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [path.join(projectFolder, 'dist/localport.cjs'), ...words]))
      .stdout;
  const pid = async (): Promise<number> => {
    const status = JSON.parse(await command('daemon', 'status', '-o', 'json')) as { pid: number };
    return status.pid;
  };
  try {
    await command('daemon', 'install');
    await expect.poll(pid, { timeout: 20_000 }).toBeGreaterThan(0);
    const first = await pid();
    await command('daemon', 'install');
    await expect.poll(pid, { timeout: 20_000 }).not.toBe(first);
  } finally {
    await command('daemon', 'uninstall');
  }
});
