/**
 * The one way out of Electron. Whoever asks (menu, signal, system), the host shuts down first, once; then the process
 * ends. `before-quit` is held back only until that is done: holding it back for ever would keep the user from logging out,
 * and the system's updater from installing (electron-builder#8997).
 */
import type { App } from 'electron';
import { withDeadline, type Clock } from '../core/clock.ts';
import type { AppHost } from '../core/host/app-host.ts';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';

/** What is done once the host has ended, before the process does; `quits`: it ends the process itself. */
export type LastStep = (options: { readonly restart: boolean }) => 'then-exit' | 'quits';

/** More than a start takes on a busy machine. */
const startDeadlineMs = 2_000;

export interface QuitParts {
  readonly app: Pick<App, 'on' | 'exit'>;
  readonly host: Pick<AppHost, 'shutdown' | 'forceShutdown' | 'systemShutdown'>;
  readonly clock: Clock;
  readonly tell: (report: ShutdownReport) => void;
}

export class QuitControl {
  readonly #app: Pick<App, 'on' | 'exit'>;
  readonly #host: Pick<AppHost, 'shutdown' | 'forceShutdown' | 'systemShutdown'>;
  readonly #clock: Clock;
  /** null once it has told: several may ask for the end, which is one. */
  #tell: ((report: ShutdownReport) => void) | null;
  #start: Promise<unknown> = Promise.resolve();
  #lastStep: LastStep = () => 'then-exit';
  #isHandedOver = false;

  constructor({ app, host, clock, tell }: QuitParts) {
    this.#app = app;
    this.#host = host;
    this.#clock = clock;
    this.#tell = tell;
    app.on('before-quit', (event) => {
      if (this.#isHandedOver) return;
      event.preventDefault();
      void this.quit('quit');
    });
  }

  /**
   * The app is being started until `start` settles. A quit that comes meanwhile shuts the host down at once, but Electron is not
   * taken apart under what is still being set up.
   */
  startingUntil(start: Promise<unknown>): void {
    this.#start = start.catch(() => undefined);
  }

  /** To be called once. Not for an end that has no time: a forced one, or the system's. */
  beforeExit(lastStep: LastStep): void {
    this.#lastStep = lastStep;
  }

  quit(reason: string): Promise<void> {
    return this.#exitAfter(this.#host.shutdown(reason), this.#takeLastStep(false));
  }

  /** The same, and starts again what the last step has put in its place. */
  restart(reason: string): Promise<void> {
    return this.#exitAfter(this.#host.shutdown(reason), this.#takeLastStep(true));
  }

  force(reason: string): Promise<void> {
    return this.#exitAfter(this.#host.forceShutdown(reason));
  }

  systemShutdown(): Promise<void> {
    return this.#exitAfter(this.#host.systemShutdown());
  }

  /** Taken once: a second quit must not install again. */
  #takeLastStep(restart: boolean): () => 'then-exit' | 'quits' {
    const lastStep = this.#lastStep;
    this.#lastStep = () => (this.#isHandedOver ? 'quits' : 'then-exit');
    return () => {
      // Before: the system's updater may ask to quit at once.
      this.#isHandedOver = restart;
      return lastStep({ restart });
    };
  }

  async #exitAfter(
    shutdown: Promise<ShutdownReport>,
    lastStep: () => 'then-exit' | 'quits' = () => 'then-exit',
  ): Promise<void> {
    const report = await shutdown;
    await withDeadline(this.#clock, startDeadlineMs, this.#start);
    this.#tell?.(report);
    this.#tell = null;
    if (lastStep() === 'quits') return;
    this.#app.exit(report.problems.length === 0 ? 0 : 1);
  }
}
