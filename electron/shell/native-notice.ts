import type { NotificationConstructorOptions } from 'electron';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Notice } from './notice-words.ts';

/**
 * A notification in the system's format. Only macOS has buttons (Electron's `NotificationConstructorOptions`). On Linux the
 * body is markup (Desktop Notifications Specification 1.2, "Markup"), which Electron passes on verbatim; the title is not.
 */
export const nativeNotice = ({ title, body, action }: Notice, platform: NodeJS.Platform): NativeNotice => ({
  title: visibleLine(title),
  body: platform === 'linux' ? escapeMarkup(visibleLine(body)) : visibleLine(body),
  ...(platform === 'darwin' && action !== undefined
    ? { actions: [{ type: 'button', text: visibleLine(action) }] }
    : {}),
});

type NativeNotice = Pick<NotificationConstructorOptions, 'actions'> & Pick<Notice, 'title' | 'body'>;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escapeMarkup = (text: string): string =>
  text.replace(/[&<>]/g, (character) => entities[character] ?? character);
