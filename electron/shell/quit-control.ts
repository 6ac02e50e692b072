/**
 * The one way out of Electron. Whoever asks (menu, signal, system), the host shuts down first, once; then the process
 * ends. `before-quit` is held back only until that is done: holding it back for ever would keep the user from logging out.
 */
import type { App } from 'electron';
import type { AppHost } from '../core/host/app-host.ts';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';

export class QuitControl {
  readonly #app: Pick<App, 'on' | 'exit'>;
  readonly #host: Pick<AppHost, 'shutdown' | 'forceShutdown' | 'systemShutdown'>;
  /** null once it has told: several may ask for the end, which is one. */
  #tell: ((report: ShutdownReport) => void) | null;

  constructor(
    app: Pick<App, 'on' | 'exit'>,
    host: Pick<AppHost, 'shutdown' | 'forceShutdown' | 'systemShutdown'>,
    tell: (report: ShutdownReport) => void,
  ) {
    this.#app = app;
    this.#host = host;
    this.#tell = tell;
    app.on('before-quit', (event) => {
      event.preventDefault();
      void this.quit('quit');
    });
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
    this.#tell?.(report);
    this.#tell = null;
    this.#app.exit(report.problems.length === 0 ? 0 : 1);
  }
}
