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

/** HUP and USR1 reload, USR2 dumps the state, TERM and INT stop. In Electron, call this after `ready`. */
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
  // Never uninstalled: the default action would kill the process in the middle of the shutdown. It applies again once
  // Electron or Node has torn down JavaScript.
  handler.install();
}
