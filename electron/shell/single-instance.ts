import type { App } from 'electron';

/**
 * Takes the lock that makes this the only LocalPort of this user. Without it the app must end at once: the first one
 * has been told, and opens its popover. To be called before anything else touches state on disk.
 */
export const takeSingleInstanceLock = (app: Pick<App, 'requestSingleInstanceLock'>): boolean =>
  app.requestSingleInstanceLock();

/** Calls when the user starts the app again, which is the way to an icon that macOS or the notch hides, or opens a link. */
export function onStartedAgain(app: App, open: (argv: readonly string[]) => void): () => void {
  const startedAgain = (_event: unknown, argv: readonly string[]): void => open(argv);
  const activated = (): void => open([]);
  app.on('second-instance', startedAgain);
  app.on('activate', activated);
  return () => {
    app.off('second-instance', startedAgain);
    app.off('activate', activated);
  };
}
