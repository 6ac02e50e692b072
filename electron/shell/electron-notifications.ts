import { Notification } from 'electron';
import { SystemNotifications, type SystemNotificationsParts } from './system-notifications.ts';

/** The system's notifications through Electron. */
export const electronNotifications = (parts: Omit<SystemNotificationsParts, 'maker'>): SystemNotifications =>
  new SystemNotifications({ ...parts, maker: Notification });
