import { visibleLine } from '../../shared/visible-text.ts';
import type { Notice } from './notice-words.ts';

/**
 * A notice as the system takes it. On Linux the body is markup (Desktop Notifications Specification 1.2, "Markup"), which
 * Electron passes on as it stands; a title never is.
 */
export const nativeNotice = ({ title, body }: Notice, platform: NodeJS.Platform): Notice => ({
  title: visibleLine(title),
  body: platform === 'linux' ? escapeMarkup(visibleLine(body)) : visibleLine(body),
});

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escapeMarkup = (text: string): string =>
  text.replace(/[&<>]/g, (character) => entities[character] ?? character);
