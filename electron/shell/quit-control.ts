/**
 * The only way to quit Electron. Whether the menu, a signal or the system requests it, the host shuts down first, once; then
 * the process exits. `before-quit` is prevented only until that is done: preventing it forever would stop the user from
 * logging out and the system's updater from installing (electron-builder#8997).
 */
import type { App } from 'electron';
import { withDeadline, type Clock } from '../core/clock.ts';
import type { AppHost } from '../core/host/app-host.ts';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';

/** Runs after the host has shut down and before the process exits; `quits`: it ends the process itself. */
export type LastStep = (options: { readonly restart: boolean }) => 'then-exit' | 'quits';

/** Longer than a start takes on a busy machine. */
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
  /** null after reporting: several callers may request the same shutdown. */
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
   * The app is starting until `start` settles. A quit in the meantime shuts the host down at once, but Electron exits only after
   * the setup has finished.
   */
  startingUntil(start: Promise<unknown>): void {
    this.#start = start.catch(() => undefined);
  }

  /** Call once. The step is skipped for a forced quit and for a system shutdown, which have no time for it. */
  beforeExit(lastStep: LastStep): void {
    this.#lastStep = lastStep;
  }

  quit(reason: string): Promise<void> {
    return this.#exitAfter(this.#host.shutdown(reason), this.#takeLastStep(false));
  }

  /** Quits, then starts the version that the last step has installed. */
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
      // Set before the last step, since the system's updater may quit at once.
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
