/**
 * Shows notifications through the system.
 *
 * 1. macOS asks the user for permission when the first notification object is created, and drops what is shown before the
 *    answer. So permission is requested when notifications are turned on, not by the first one (Electron's
 *    `shell/browser/notifications/mac/notification_presenter_mac.mm`, from Electron 42 on).
 * 2. A notification whose object is released is removed from the Notification Center (`cocoa_notification.mm`, destructor): each is
 *    kept until it is closed or clicked.
 * 3. A refusal is known only from a notification that failed, and only until another one is shown.
 */
import type { NotificationConstructorOptions } from 'electron';
import { nativeNotice } from './native-notice.ts';
import type { Notice } from './notice-words.ts';

/** The used part of Electron's `Notification`. */
export interface NativeNotification {
  on(event: 'click' | 'close' | 'show' | 'action', listener: () => void): unknown;
  on(event: 'failed', listener: (event: unknown, error: string) => void): unknown;
  show(): void;
  close(): void;
}

export interface NotificationMaker {
  new (options: NotificationConstructorOptions): NativeNotification;
  /** Requests permission if the system requires it. */
  isSupported(): boolean;
}

export interface SystemNotificationsParts {
  readonly maker: NotificationMaker;
  readonly platform: NodeJS.Platform;
  /** `isAction`: its button was clicked, not the notification itself. */
  readonly onClick: (notice: Notice, isAction: boolean) => void;
  /** The system has refused one; `why` is its own error, if it gave one. */
  readonly onRefused: (why: string) => void;
}

/** The oldest is released first. No user has that many unread, and each is an object of a few hundred bytes. */
export const maxKeptNotifications = 200;

export class SystemNotifications {
  readonly #parts: SystemNotificationsParts;
  readonly #kept = new Set<NativeNotification>();
  #isRefused = false;

  constructor(parts: SystemNotificationsParts) {
    this.#parts = parts;
  }

  /** Whether the system refused to show the last one. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  get kept(): number {
    return this.#kept.size;
  }

  /** Has the system ask the user once. To be called when notifications are turned on, and at the start if they are on. */
  askPermission(): void {
    const { maker, platform } = this.#parts;
    // Other systems have no permission prompt, and the first use costs time.
    if (platform === 'darwin') maker.isSupported();
  }

  /** Shows a notification. Returns a function that withdraws it. */
  show(notice: Notice): () => void {
    const { maker, platform, onClick, onRefused } = this.#parts;
    if (!maker.isSupported()) return () => undefined;
    const notification = new maker({ ...nativeNotice(notice, platform), silent: true });
    const choose = (isAction: boolean) => (): void => {
      release();
      onClick(notice, isAction);
    };
    const release = (): void => {
      this.#kept.delete(notification);
    };
    notification.on('show', () => {
      this.#isRefused = false;
    });
    notification.on('failed', (_event, error) => {
      release();
      this.#isRefused = true;
      onRefused(error === '' ? 'it gave no reason' : error);
    });
    notification.on('close', release);
    notification.on('click', choose(false));
    notification.on('action', choose(true));
    this.#keep(notification);
    notification.show();
    return () => {
      if (!this.#kept.has(notification)) return;
      release();
      notification.close();
    };
  }

  #keep(notification: NativeNotification): void {
    this.#kept.add(notification);
    const [oldest] = this.#kept;
    if (this.#kept.size > maxKeptNotifications && oldest !== undefined) this.#kept.delete(oldest);
  }
}
