import { expect, test, vi } from 'vitest';
import type { LoginItem, LoginItemStatus } from './login-item.ts';
import { SettingsControl } from './settings-control.ts';

function setUp(systemSays: LoginItemStatus, { notifications = true } = {}) {
  const store = {
    current: {
      notifications,
      recoveryNotices: true,
      shortcut: 'Control+Alt+P',
      newHold: '30s' as const,
      newOnDemand: true,
      folded: [],
      updates: true,
      updateCheckedAt: null,
    },
    change: vi.fn(() => Promise.resolve()),
  };
  const loginItem: LoginItem = {
    status: () => Promise.resolve(systemSays),
    setOpenAtLogin: () => Promise.resolve(systemSays),
  };
  const onChange = vi.fn();
  const notices = { isRefused: false, askPermission: vi.fn() };
  const shortcut = { isRefused: false, use: vi.fn() };
  const parts = { loginItem, notices, bringsCommand: false, shortcut, onChange };
  return { store, onChange, notices, shortcut, parts, control: new SettingsControl(store, parts) };
}

test('the login item has the status reported by the system, not the requested one', async () => {
  const { control } = setUp('requires-approval');
  expect(await control.change({ openAtLogin: true })).toEqual({
    openAtLogin: true,
    loginItemStatus: 'requires-approval',
    notifications: true,
    recoveryNotices: true,
    shortcut: 'Control+Alt+P',
    newHold: '30s',
    newOnDemand: true,
    shortcutRefused: false,
    notificationsRefused: false,
    bringsCommand: false,
  });
  expect(await setUp('disabled').control.change({ openAtLogin: true })).toMatchObject({ openAtLogin: false });
});

test('a refresh notifies listeners only if the status has changed', async () => {
  const { control, onChange } = setUp('enabled');
  expect(await control.refresh()).toMatchObject({ openAtLogin: true });
  await control.refresh();
  expect(onChange).toHaveBeenCalledOnce();
});

test('only the given settings are changed', async () => {
  const { control, store } = setUp('disabled');
  await control.change({ openAtLogin: false });
  expect(store.change).not.toHaveBeenCalled();
  await control.change({ notifications: false });
  expect(store.change).toHaveBeenCalledWith({ notifications: false });
});

test('the system is asked for permission at the start if notifications are on, and when they are turned on', async () => {
  expect(setUp('disabled').notices.askPermission).toHaveBeenCalledOnce();
  const { control, notices } = setUp('disabled', { notifications: false });
  await control.change({ notifications: false });
  expect(notices.askPermission).not.toHaveBeenCalled();
  await control.change({ notifications: true });
  expect(notices.askPermission).toHaveBeenCalledOnce();
});

test('the settings say that the system refuses notifications', () => {
  const { control, notices } = setUp('disabled');
  notices.isRefused = true;
  expect(control.current).toMatchObject({ notifications: true, notificationsRefused: true });
});

test('the update item exists if updates are supported, with the switch as stored', async () => {
  const { store, parts, control } = setUp('disabled');
  expect(control.current).not.toHaveProperty('updates');
  const entry = { label: 'Check for Updates…', enabled: true };
  const updating = new SettingsControl(store, { ...parts, updates: () => entry });
  expect(updating.current.updates).toEqual({ automatic: true, ...entry });
  await updating.change({ updates: false });
  expect(store.change).toHaveBeenCalledWith({ updates: false });
});

test('the shortcut is registered from the start, and a new one replaces it', async () => {
  const { control, shortcut, store } = setUp('disabled');
  expect(shortcut.use.mock.calls).toEqual([['Control+Alt+P']]);
  await control.change({ shortcut: null });
  expect(shortcut.use.mock.calls).toEqual([['Control+Alt+P'], [null]]);
  expect(store.change).toHaveBeenCalledWith({ shortcut: null });
});
