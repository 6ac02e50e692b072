/**
 * What signals mean: HUP and USR1 reload, every time; USR2 dumps the state; TERM and INT stop; a second
 * one forces. Electron installs its own handlers for TERM, INT and HUP after its main script has run and replaces earlier
 * ones, so there `install` has to wait for `ready`.
 */
import { assertNever } from '../../../shared/result.ts';
import type { Logger } from '../observability/logger.ts';
import { errorWithStack } from './error-text.ts';

export type HandledSignal = 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTERM' | 'SIGINT';

/** `process`, or a stand-in for tests. */
export interface SignalSource {
  on(signal: HandledSignal, listener: (signal: HandledSignal) => void): unknown;
  removeListener(signal: HandledSignal, listener: (signal: HandledSignal) => void): unknown;
}

export interface SignalActions {
  /** One at a time: signals during a reload share one more reload, which begins after the last of them. */
  reload(): Promise<void>;
  dump(): Promise<void>;
  stop(signal: HandledSignal): Promise<unknown>;
  /** For each TERM or INT after the first. */
  force(signal: HandledSignal): Promise<unknown>;
}

const handledSignals: readonly HandledSignal[] = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGINT'];

export class AsyncSignalHandler {
  readonly #source: SignalSource;
  readonly #actions: SignalActions;
  readonly #log: Logger;
  #installed = false;
  #stopping = false;
  #reloading = false;
  #reloadWanted = false;

  constructor(source: SignalSource, actions: SignalActions, log: Logger) {
    this.#source = source;
    this.#actions = actions;
    this.#log = log;
  }

  /** Idempotent. */
  install(): void {
    if (this.#installed) return;
    this.#installed = true;
    for (const signal of handledSignals) this.#source.on(signal, this.#onSignal);
  }

  /** Restores the default handling of the signals. Idempotent. */
  uninstall(): void {
    this.#installed = false;
    for (const signal of handledSignals) this.#source.removeListener(signal, this.#onSignal);
  }

  /** Only records the signal. The action runs in a later turn of the event loop, where a slow or failing one does no harm. */
  readonly #onSignal = (signal: HandledSignal): void => {
    setImmediate(() => {
      this.#log.info(`received ${signal}`);
      this.#handle(signal);
    });
  };

  #handle(signal: HandledSignal): void {
    switch (signal) {
      case 'SIGHUP':
      case 'SIGUSR1':
        this.#reloadWanted = !this.#stopping;
        if (!this.#reloading) void this.#reloadWhileWanted();
        return;
      case 'SIGUSR2':
        void this.#perform('dump', () => this.#actions.dump());
        return;
      case 'SIGTERM':
      case 'SIGINT':
        if (this.#stopping) void this.#perform('force', () => this.#actions.force(signal));
        else void this.#perform('stop', () => this.#actions.stop(signal));
        this.#stopping = true;
        return;
      default:
        assertNever(signal, 'signal');
    }
  }

  async #reloadWhileWanted(): Promise<void> {
    this.#reloading = true;
    while (this.#reloadWanted && !this.#stopping) {
      this.#reloadWanted = false;
      await this.#perform('reload', () => this.#actions.reload());
    }
    this.#reloading = false;
  }

  async #perform(name: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#log.error(`${name} failed: ${errorWithStack(error)}`);
    }
  }
}
