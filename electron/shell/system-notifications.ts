import { Notification } from 'electron';
import { nativeNotice } from './native-notice.ts';
import type { Notice } from './notice-words.ts';

/** The system keeps older ones in its own centre; ours are held only so that a click still finds us. */
const maxHeldNotifications = 20;

/** Shows notices natively; a click on one calls `onClick`. */
export function systemNotifications(
  platform: NodeJS.Platform,
  onClick: () => void,
): (notice: Notice) => void {
  const held: Notification[] = [];
  return (notice) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ ...nativeNotice(notice, platform), silent: true });
    notification.on('click', onClick);
    held.push(notification);
    if (held.length > maxHeldNotifications) held.shift();
    notification.show();
  };
}
