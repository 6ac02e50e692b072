import type { App } from 'electron';

/**
 * Takes the lock that makes this the user's only instance of LocalPort. If it fails, the app must exit at once: the first
 * instance has been notified and opens its popover. Call before anything else accesses state on disk.
 */
export const takeSingleInstanceLock = (app: Pick<App, 'requestSingleInstanceLock'>): boolean =>
  app.requestSingleInstanceLock();

/** Calls `open` when the user starts the app again, for example because macOS hides the icon, or opens a link. */
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
