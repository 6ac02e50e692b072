import { EventEmitter } from 'node:events';
import type { NotificationConstructorOptions } from 'electron';
import { beforeEach, expect, test } from 'vitest';
import { maxKeptNotifications, SystemNotifications, type NotificationMaker } from './system-notifications.ts';

const notice = { title: 'warehouse needs you', body: 'The host key has changed' };

/** The requests to the system, and what it showed, in order. */
let told: unknown[];
let made: FakeNotification[];
let isSupported: boolean;
let notifications: SystemNotifications;

class FakeNotification extends EventEmitter {
  readonly #title: string | undefined;
  readonly actions: NotificationConstructorOptions['actions'];

  static isSupported(): boolean {
    told.push('asked for permission');
    return isSupported;
  }

  constructor({ title, actions }: NotificationConstructorOptions) {
    super();
    this.actions = actions;
    this.#title = title;
    made.push(this);
  }

  show(): void {
    told.push(this.#title);
  }

  close(): void {
    told.push(`closed: ${String(this.#title)}`);
    this.emit('close');
  }
}

beforeEach(() => {
  told = [];
  made = [];
  isSupported = true;
  notifications = notificationsOn('darwin');
});

function notificationsOn(platform: NodeJS.Platform): SystemNotifications {
  return new SystemNotifications({
    maker: FakeNotification satisfies NotificationMaker,
    platform,
    onClick: ({ action }, isAction) => void told.push(isAction ? `chosen: ${String(action)}` : 'clicked'),
    onRefused: (why) => void told.push(`refused: ${why}`),
  });
}

test('permission is requested before there is anything to show', () => {
  notifications.askPermission();
  expect(told).toEqual(['asked for permission']);
  expect(made).toEqual([]);
});

test('a system without a permission prompt is not touched before the first notification', () => {
  notificationsOn('linux').askPermission();
  expect(told).toEqual([]);
});

test('a notification is shown, and reports a click', () => {
  notifications.show(notice);
  made[0]!.emit('click', {});
  expect(told).toEqual(['asked for permission', notice.title, 'clicked']);
});

test('on a Mac, the notification has a button for the remedy', () => {
  notifications.show({ ...notice, action: 'Trust Host Key…' });
  expect(made[0]!.actions).toEqual([{ type: 'button', text: 'Trust Host Key…' }]);
  made[0]!.emit('action', {});
  expect(told.at(-1)).toBe('chosen: Trust Host Key…');
  expect(notifications.kept).toBe(0);
  notificationsOn('linux').show({ ...notice, action: 'Trust Host Key…' });
  expect(made[1]!.actions).toBeUndefined();
});

test('a refusal by the system is remembered until another notification is shown', () => {
  expect(notifications.isRefused).toBe(false);
  notifications.show(notice);
  made[0]!.emit('failed', {}, 'Notifications are not allowed for this application');
  expect(notifications.isRefused).toBe(true);
  expect(told.at(-1)).toBe('refused: Notifications are not allowed for this application');
  made[0]!.emit('failed', {}, '');
  expect(told.at(-1)).toBe('refused: it gave no reason');
  notifications.show(notice);
  made[1]!.emit('show', {});
  expect(notifications.isRefused).toBe(false);
});

test('each is kept until it is gone: releasing it would remove it from the Notification Center', () => {
  for (let count = 0; count < 30; count++) notifications.show(notice);
  expect(notifications.kept).toBe(30);
  made[0]!.emit('close', {});
  made[1]!.emit('click', {});
  made[2]!.emit('failed', {}, 'refused');
  expect(notifications.kept).toBe(27);
});

test('the number kept has a limit', () => {
  for (let count = 0; count <= maxKeptNotifications; count++) notifications.show(notice);
  expect(notifications.kept).toBe(maxKeptNotifications);
});

test('nothing is made where the system has no notifications', () => {
  isSupported = false;
  notifications.show(notice);
  expect(made).toEqual([]);
});

test('a notification about a fixed problem is withdrawn, once', () => {
  const withdraw = notifications.show({ title: 'a', body: 'b' });
  told = [];
  withdraw();
  withdraw();
  expect([told, notifications.kept]).toEqual([['closed: a'], 0]);
});
