import type { Logger } from '../observability/logger.ts';

/** `process`, or what stands for it in a test. */
export interface ErrorSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

/**
 * Writes to the log what nobody caught, and continues: each forward is on its own, and ending them all for a fault in one
 * would do more harm. Without this, Electron shows a dialog, the daemon ends, and the log stays silent.
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
