/** Reports sleep, wake and system shutdown to the host, which tolerates duplicate and missing events. */
import type { PowerMonitor } from 'electron';
import type { Logger } from '../core/observability/logger.ts';
import type { AppHost } from '../core/host/app-host.ts';

export interface PowerOptions {
  readonly host: Pick<AppHost, 'suspend' | 'resume'>;
  readonly log: Logger;
  /** The computer is shutting down or the user is logging out: quit within the shorter deadlines. */
  readonly onShutdown: () => void;
}

/** Returns a function that stops listening. */
export function watchPower(
  powerMonitor: Pick<PowerMonitor, 'on' | 'off'>,
  { host, log, onShutdown }: PowerOptions,
): () => void {
  // The system sleeps as soon as this returns, so nothing here may wait.
  const suspend = (): void => {
    log.info('The computer goes to sleep.');
    host.suspend();
  };
  const resume = (): void => {
    log.info('The computer is awake again.');
    host.resume();
  };
  // With the default prevented, the system waits for us to quit; otherwise, Electron would exit at once. The type
  // declarations omit the event.
  const shutdown = (event?: { preventDefault(): void }): void => {
    event?.preventDefault();
    log.info('The computer shuts down.');
    onShutdown();
  };
  powerMonitor.on('suspend', suspend);
  powerMonitor.on('resume', resume);
  powerMonitor.on('shutdown', shutdown);
  return () => {
    powerMonitor.off('suspend', suspend);
    powerMonitor.off('resume', resume);
    powerMonitor.off('shutdown', shutdown);
  };
}
