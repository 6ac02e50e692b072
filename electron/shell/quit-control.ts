/**
 * The one way out of Electron. Whoever asks (menu, signal, system), the host shuts down first, once; then the process
 * ends. `before-quit` is held back only until that is done: holding it back for ever would keep the user from logging out.
 */
import type { App } from 'electron';
import type { AppHost } from '../core/host/app-host.ts';
import { withDeadline, type Clock } from '../core/clock.ts';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';

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

  constructor({ app, host, clock, tell }: QuitParts) {
    this.#app = app;
    this.#host = host;
    this.#clock = clock;
    this.#tell = tell;
    app.on('before-quit', (event) => {
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

  quit(reason: string): Promise<void> {
    return this.#exitAfter(this.#host.shutdown(reason));
  }

  force(reason: string): Promise<void> {
    return this.#exitAfter(this.#host.forceShutdown(reason));
  }

  systemShutdown(): Promise<void> {
    return this.#exitAfter(this.#host.systemShutdown());
  }

  async #exitAfter(shutdown: Promise<ShutdownReport>): Promise<void> {
    const report = await shutdown;
    await withDeadline(this.#clock, startDeadlineMs, this.#start);
    this.#tell?.(report);
    this.#tell = null;
    this.#app.exit(report.problems.length === 0 ? 0 : 1);
  }
}
