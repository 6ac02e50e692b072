/** The computer's sleep and end, told to the host. Events may come twice or not at all: the host is prepared for both. */
import type { PowerMonitor } from 'electron';
import type { Logger } from '../core/observability/logger.ts';
import type { AppHost } from '../core/host/app-host.ts';

export interface PowerOptions {
  readonly host: Pick<AppHost, 'suspend' | 'resume'>;
  readonly log: Logger;
  /** The computer shuts down or logs out: quit within the shrunken ceilings. */
  readonly onShutdown: () => void;
}

/** Returns a function that stops listening. */
export function watchPower(
  powerMonitor: Pick<PowerMonitor, 'on' | 'off'>,
  { host, log, onShutdown }: PowerOptions,
): () => void {
  // The system goes to sleep as soon as this returns: nothing here may wait.
  const suspend = (): void => {
    log.info('The computer goes to sleep.');
    host.suspend();
  };
  const resume = (): void => {
    log.info('The computer is awake again.');
    host.resume();
  };
  // Prevented, the system waits for us to quit by ourselves; not prevented, Electron would end at once. The type
  // declarations leave the event out.
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
