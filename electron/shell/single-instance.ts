import type { App } from 'electron';

/**
 * Takes the lock that makes this the only LocalPort of this user. Without it the app must end at once: the first one
 * has been told, and opens its popover. To be called before anything else touches state on disk.
 */
export const takeSingleInstanceLock = (app: Pick<App, 'requestSingleInstanceLock'>): boolean =>
  app.requestSingleInstanceLock();

/** Calls when the user starts the app again, which is the way to an icon that macOS or the notch hides. */
export function onStartedAgain(app: App, open: () => void): () => void {
  app.on('second-instance', open);
  app.on('activate', open);
  return () => {
    app.off('second-instance', open);
    app.off('activate', open);
  };
}
