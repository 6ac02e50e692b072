import { expect, test, vi } from 'vitest';
import type { LoginItem, LoginItemStatus } from './login-item.ts';
import { SettingsControl } from './settings-control.ts';

function setUp(systemSays: LoginItemStatus) {
  const store = {
    current: { notifications: true, updates: true, updateCheckedAt: null },
    change: vi.fn(() => Promise.resolve()),
  };
  const loginItem: LoginItem = {
    status: () => Promise.resolve(systemSays),
    setOpenAtLogin: () => Promise.resolve(systemSays),
  };
  const onChange = vi.fn();
  return { store, onChange, control: new SettingsControl(store, { loginItem, onChange }) };
}

test('the login item is what the system says, not what was asked for', async () => {
  const { control } = setUp('requires-approval');
  expect(await control.change({ openAtLogin: true })).toEqual({
    openAtLogin: true,
    loginItemStatus: 'requires-approval',
    notifications: true,
  });
  expect(await setUp('disabled').control.change({ openAtLogin: true })).toMatchObject({ openAtLogin: false });
});

test('asking again tells others only when the answer is new', async () => {
  const { control, onChange } = setUp('enabled');
  expect(await control.refresh()).toMatchObject({ openAtLogin: true });
  await control.refresh();
  expect(onChange).toHaveBeenCalledOnce();
});

test('only what is named is changed', async () => {
  const { control, store } = setUp('disabled');
  await control.change({ openAtLogin: false });
  expect(store.change).not.toHaveBeenCalled();
  await control.change({ notifications: false });
  expect(store.change).toHaveBeenCalledWith({ notifications: false });
});

test('the entry for updates is there where updates are, with the switch as it is stored', async () => {
  const { store, control } = setUp('disabled');
  expect(control.current).not.toHaveProperty('updates');
  const entry = { label: 'Check for Updates…', enabled: true };
  const loginItem: LoginItem = {
    status: () => Promise.resolve('disabled'),
    setOpenAtLogin: () => Promise.resolve('disabled'),
  };
  const updating = new SettingsControl(store, { loginItem, onChange: vi.fn(), updates: () => entry });
  expect(updating.current.updates).toEqual({ automatic: true, ...entry });
  await updating.change({ updates: false });
  expect(store.change).toHaveBeenCalledWith({ updates: false });
});
