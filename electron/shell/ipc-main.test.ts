import type { IpcMainInvokeEvent } from 'electron';
import { expect, test, vi } from 'vitest';
import { ipcInvokes } from '../../shared/ipc-contract.ts';
import { silentLogger } from '../core/observability/logger.ts';
import { registerIpc, sendEvent, type IpcHandlers } from './ipc-main.ts';
import { plainSettings } from './testing/settings.ts';
import { aService, aSnapshot } from './testing/snapshots.ts';

type Listener = (event: IpcMainInvokeEvent, payload: unknown) => unknown;

/** A contract whose other end the test calls directly. */
function setUp(change: Partial<IpcHandlers> = {}, isTrusted = true) {
  const registered = new Map<string, Listener>();
  const handlers: IpcHandlers = {
    'snapshot:get': () => aSnapshot(aService('a')),
    'service:set-desired': vi.fn(),
    'services:set-desired': vi.fn(),
    'services:retry': vi.fn(),
    'service:open-log': vi.fn(),
    'config:open': vi.fn(),
    'config:reload': vi.fn(),
    'config:trust': vi.fn(),
    'prompt:answer': vi.fn(),
    'settings:get': () => plainSettings,
    'settings:set': () => plainSettings,
    'command:install': () => 'installed',
    'diagnostics:copy': vi.fn(),
    'system-settings:open': vi.fn(),
    'app:move-to-applications': vi.fn(),
    'updates:choose': vi.fn(),
    'clipboard:copy': vi.fn(),
    'popover:set-size': vi.fn(),
    'service:use-free-port': vi.fn(),
    'service:restart': vi.fn(),
    'service:use-context': vi.fn(),
    'host-key:look': vi.fn(),
    'host-key:trust': vi.fn(),
    'service:open': vi.fn(),
    'remedy:run': vi.fn(),
    'services:log-in': vi.fn(),
    'key:add': vi.fn(),
    'key:cancel': vi.fn(),
    'service:contexts': vi.fn(),
    'install-page:open': vi.fn(),
    'remedy:cancel': vi.fn(),
    'service:details': vi.fn(),
    'log:follow': vi.fn(),
    'log:unfollow': vi.fn(),
    'targets:places': vi.fn(),
    'targets:kube': vi.fn(),
    'import:list': vi.fn(),
    'doctor:run': vi.fn(),
    'view:get': vi.fn(),
    'view:set': vi.fn(),
    'licenses:open': vi.fn(),
    'link:get': vi.fn(),
    'link:answer': vi.fn(),
    'environment:get': vi.fn(),
    'environment:refresh': vi.fn(),
    'popover:hide': vi.fn(),
    'app:quit': vi.fn(),
    'service:read': vi.fn(),
    'service:propose': vi.fn(),
    'service:validate': vi.fn(),
    'service:test': vi.fn(),
    'service:save': vi.fn(),
    'services:add': vi.fn(),
    'service:remove': vi.fn(),
    'edit:undo': vi.fn(),
    'port:holder': vi.fn(),
    ...change,
  };
  const ipcMain = {
    handle: (channel: string, listener: Listener) => registered.set(channel, listener),
    removeHandler: (channel: string) => registered.delete(channel),
  };
  const unregister = registerIpc(ipcMain, {
    handlers,
    isTrustedSender: () => isTrusted,
    log: silentLogger,
  });
  const invoke = (channel: string, payload?: unknown): unknown =>
    registered.get(`localport:${channel}`)?.({} as IpcMainInvokeEvent, payload);
  return { handlers, registered, unregister, invoke };
}

test('every channel of the contract has a handler, and none does after unregistering', () => {
  const { registered, unregister } = setUp();
  expect([...registered.keys()].sort()).toEqual(
    Object.keys(ipcInvokes)
      .map((channel) => `localport:${channel}`)
      .sort(),
  );
  unregister();
  expect(registered.size).toBe(0);
});

test('a request reaches its handler, and the response is returned', async () => {
  const { handlers, invoke } = setUp();
  expect(await invoke('service:set-desired', { name: 'a', desired: 'off' })).toEqual({
    ok: true,
    value: undefined,
  });
  expect(handlers['service:set-desired']).toHaveBeenCalledWith({ name: 'a', desired: 'off' });
  expect(await invoke('snapshot:get')).toEqual({ ok: true, value: aSnapshot(aService('a')) });
});

test('an unknown sender is rejected', async () => {
  const { handlers, invoke } = setUp({}, false);
  expect(await invoke('app:quit')).toEqual({
    ok: false,
    error: 'app:quit was refused: it does not come from the popover',
  });
  expect(handlers['app:quit']).not.toHaveBeenCalled();
});

test.each([
  ['service:set-desired', { name: 'a', desired: 'maybe' }, /^service:set-desired was refused: desired: /],
  ['service:set-desired', { name: '', desired: 'on' }, /name: Too small/],
  ['services:retry', undefined, /payload: /],
  ['popover:set-size', { width: 360, height: Number.NaN }, /height: /],
  ['clipboard:copy', { text: 'x'.repeat(5000) }, /text: Too big/],
])('%s with %o is rejected with a message', async (channel, payload, words) => {
  const { handlers, invoke } = setUp();
  expect(await invoke(channel, payload)).toEqual({
    ok: false,
    error: expect.stringMatching(words) as string,
  });
  expect(handlers[channel as keyof IpcHandlers]).not.toHaveBeenCalled();
});

test('a failed handler returns its own message', async () => {
  const { invoke } = setUp({
    'config:open': () => {
      throw new Error('/etc/localport could not be created: read-only file system');
    },
    'config:reload': () => Promise.reject(new Error('busy')),
  });
  expect(await invoke('config:open', {})).toEqual({
    ok: false,
    error: '/etc/localport could not be created: read-only file system',
  });
  expect(await invoke('config:reload')).toEqual({ ok: false, error: 'busy' });
});

test('a response that violates the contract does not leave main', async () => {
  const { invoke } = setUp({ 'settings:get': () => ({ notifications: 'yes' }) as never });
  expect(await invoke('settings:get')).toMatchObject({ ok: false });
});

test('an event is validated before it is sent, and nothing is sent to a closed page', () => {
  const open = { send: vi.fn(), isDestroyed: () => false };
  sendEvent(open, 'snapshot:changed', aSnapshot());
  expect(open.send).toHaveBeenCalledWith('localport:snapshot:changed', aSnapshot());
  expect(() => {
    sendEvent(open, 'snapshot:changed', {} as never);
  }).toThrow();
  const closed = { send: vi.fn(), isDestroyed: () => true };
  sendEvent(closed, 'popover:shown', undefined);
  expect(closed.send).not.toHaveBeenCalled();
});
