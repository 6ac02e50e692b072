import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { macLoginItem, xdgLoginItem, type LoginItem, type LoginItemStatus } from './login-item.ts';

describe('on Linux', () => {
  let configHome: string;
  let file: string;
  let item: LoginItem;

  beforeEach(async () => {
    configHome = await mkdtemp(path.join(tmpdir(), 'localport-login-'));
    file = path.join(configHome, 'autostart/localport.desktop');
    item = xdgLoginItem({ configHome, command: ['/opt/LocalPort/localport'] });
  });
  afterEach(() => rm(configHome, { recursive: true }));

  test('it is off until it is turned on, and its folder need not exist', async () => {
    expect(await item.status()).toBe('disabled');
    expect(await item.setOpenAtLogin(true)).toBe('enabled');
    expect(await readFile(file, 'utf8')).toContain('\nExec=/opt/LocalPort/localport\n');
  });

  test('turning it off leaves no file, and is idempotent', async () => {
    await item.setOpenAtLogin(true);
    expect(await item.setOpenAtLogin(false)).toBe('disabled');
    expect(await item.setOpenAtLogin(false)).toBe('disabled');
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('it is off if the user turned it off in their desktop’s settings', async () => {
    await mkdir(path.dirname(file));
    await writeFile(
      file,
      '[Desktop Entry]\nExec=/opt/LocalPort/localport\nX-GNOME-Autostart-enabled=false\n',
    );
    expect(await item.status()).toBe('disabled');
    expect(await item.setOpenAtLogin(true)).toBe('enabled');
  });
});

describe('on macOS', () => {
  const fakeApp = (status: string, { isPackaged = true, isInApplications = true } = {}) => {
    const calls: unknown[] = [];
    const app = {
      isPackaged,
      isInApplicationsFolder: () => isInApplications,
      getLoginItemSettings: () => ({ status }),
      setLoginItemSettings: (settings: unknown) => calls.push(settings),
    };
    return { item: macLoginItem(app as never), calls };
  };

  test.each<[string, LoginItemStatus]>([
    ['enabled', 'enabled'],
    ['requires-approval', 'requires-approval'],
    ['not-registered', 'disabled'],
    ['not-found', 'disabled'],
  ])('with the status %s it is %s, whatever was requested', async (status, expected) => {
    const { item, calls } = fakeApp(status);
    expect(await item.setOpenAtLogin(true)).toBe(expected);
    expect(calls).toEqual([{ openAtLogin: true }]);
  });

  test('an app that is not installed is not made a login item', async () => {
    const { item, calls } = fakeApp('not-registered', { isPackaged: false });
    expect(await item.setOpenAtLogin(true)).toBe('unavailable');
    expect(calls).toEqual([]);
  });

  test('an app outside the Applications folder is not made one: its location may be gone at the next login', async () => {
    const { item, calls } = fakeApp('enabled', { isInApplications: false });
    expect(await item.status()).toBe('misplaced');
    expect(await item.setOpenAtLogin(true)).toBe('misplaced');
    expect(calls).toEqual([]);
  });
});
