import type { App } from 'electron';
import { linkScheme } from '../../shared/app-link.ts';

/**
 * Registers this copy of the app to open `localport:` links. On Linux its desktop entry does that (`MimeType`), while
 * Electron's API would run `xdg-settings` and wait for it on the main thread (shell/browser/browser_linux.cc).
 */
export function claimLinks(
  app: Pick<App, 'isPackaged' | 'setAsDefaultProtocolClient'>,
  platform: NodeJS.Platform,
): void {
  if (app.isPackaged && platform === 'darwin') app.setAsDefaultProtocolClient(linkScheme);
}
