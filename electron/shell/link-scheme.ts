import type { App } from 'electron';
import { linkScheme } from '../../shared/app-link.ts';

/**
 * Makes this copy of the app the one that opens `localport:` links. On Linux its desktop entry does that (`MimeType`), and
 * Electron's way would run `xdg-settings` and wait for it on the main thread (shell/browser/browser_linux.cc).
 */
export function claimLinks(
  app: Pick<App, 'isPackaged' | 'setAsDefaultProtocolClient'>,
  platform: NodeJS.Platform,
): void {
  if (app.isPackaged && platform === 'darwin') app.setAsDefaultProtocolClient(linkScheme);
}
