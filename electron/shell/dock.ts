import type { App } from 'electron';

/** A menu-bar app has no icon in the Dock or the app switcher. */
export function hideFromDock(
  app: Pick<App, 'dock' | 'setActivationPolicy'>,
  platform: NodeJS.Platform,
): void {
  if (platform !== 'darwin') return;
  app.setActivationPolicy('accessory');
  app.dock?.hide();
}
