import type { Logger } from '../observability/logger.ts';

/** `process`, or a substitute in a test. */
export interface ErrorSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

/**
 * Logs uncaught errors and continues: forwards are independent, and ending all of them for a bug in one would do more harm.
 * Without this, Electron shows a dialog or the daemon crashes, and the log says nothing.
 */
export function logUncaughtErrors(source: ErrorSource, log: Logger): void {
  const report = (kind: string, error: unknown): void => {
    log.error(`${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  source.on('uncaughtException', (error) => {
    report('uncaught exception', error);
  });
  source.on('unhandledRejection', (error) => {
    report('unhandled rejection', error);
  });
}
