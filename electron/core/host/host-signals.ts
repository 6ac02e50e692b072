import { AsyncSignalHandler } from '../lifecycle/async-signal-handler.ts';
import type { Logger } from '../observability/logger.ts';
import type { AppHost } from './app-host.ts';

export interface SignalledHost {
  readonly host: AppHost;
  readonly log: Logger;
  /** Shuts down and exits. */
  readonly stop: (reason: string) => Promise<unknown>;
  /** Jumps to the last phase of the shutdown. */
  readonly force: (reason: string) => Promise<unknown>;
}

/** Makes HUP and USR1 reload, USR2 dump, TERM and INT stop. In Electron to be called after `ready`. */
export function handleSignals({ host, log, stop, force }: SignalledHost): void {
  const handler = new AsyncSignalHandler(
    process,
    {
      reload: () => host.reload(),
      dump: () => {
        host.dump();
        return Promise.resolve();
      },
      stop,
      force,
    },
    log,
  );
  // Never uninstalled: until everything has stopped a signal must not meet the default, which would end us half-way. When
  // Electron or Node takes down JavaScript after that, it meets it again.
  handler.install();
}
