/** The shutdown of a host: its four phases, their listeners, and the actions that follow them. */
import { withDeadline, type Clock } from '../clock.ts';
import { errorWithStack } from '../lifecycle/error-text.ts';
import { ShutdownCoordinator, type PhaseState } from '../lifecycle/shutdown-coordinator.ts';
import type { ShutdownPhase } from '../lifecycle/shutdown-phase.ts';
import type { ShutdownReport } from '../lifecycle/shutdown-report.ts';
import type { LogStore } from '../observability/log-store.ts';

type PhaseListener = (phase: ShutdownPhase, state: PhaseState) => void;
type ReportHandler = (report: ShutdownReport) => Promise<void>;

/** For all actions after the shutdown together. */
const reportHandlersMs = 1_500;

export class HostShutdown {
  readonly #clock: Clock;
  readonly #logs: LogStore;
  readonly #coordinator: ShutdownCoordinator;
  readonly #phaseListeners = new Set<PhaseListener>();
  readonly #reportHandlers: ReportHandler[] = [];
  #end: Promise<ShutdownReport> | null = null;

  constructor(clock: Clock, logs: LogStore) {
    this.#clock = clock;
    this.#logs = logs;
    this.#coordinator = new ShutdownCoordinator({
      clock,
      log: logs.app,
      onPhase: (phase, state) => {
        for (const listener of [...this.#phaseListeners]) listener(phase, state);
      },
    });
  }

  get join(): ShutdownCoordinator['join'] {
    return this.#coordinator.join.bind(this.#coordinator);
  }

  /** Closes something in its phase, or in the last one if the shutdown is forced. `close` must be idempotent. */
  close(phase: ShutdownPhase, name: string, close: () => Promise<void>): void {
    this.#coordinator.join(phase, name, close);
    this.#coordinator.join('force clean-up', name, close);
  }

  get verify(): ShutdownCoordinator['verify'] {
    return this.#coordinator.verify.bind(this.#coordinator);
  }

  /** Returns a function that unsubscribes. */
  onPhase(listener: PhaseListener): () => void {
    this.#phaseListeners.add(listener);
    return () => {
      this.#phaseListeners.delete(listener);
    };
  }

  /** Adds an action that runs after the verification and before the process may exit. All of them run concurrently. */
  afterwards(handler: ReportHandler): void {
    this.#reportHandlers.push(handler);
  }

  /** Runs the four phases, once. Never rejects. */
  shutdown(reason: string): Promise<ShutdownReport> {
    return this.#endWith(this.#coordinator.shutdown(reason));
  }

  /** Jumps to the last phase. */
  force(reason: string): Promise<ShutdownReport> {
    return this.#endWith(this.#coordinator.force(reason));
  }

  /** The computer is shutting down: everything together gets 4 s. */
  systemShutdown(): Promise<ShutdownReport> {
    return this.#endWith(this.#coordinator.onSystemShutdown());
  }

  #endWith(shutdown: Promise<ShutdownReport>): Promise<ShutdownReport> {
    // From now on each line is written at once: the process may be killed at any moment.
    this.#logs.close();
    this.#end ??= shutdown.then(async (report) => {
      await withDeadline(this.#clock, reportHandlersMs, this.#callReportHandlers(report));
      return report;
    });
    return this.#end;
  }

  async #callReportHandlers(report: ShutdownReport): Promise<void> {
    const results = await Promise.allSettled(this.#reportHandlers.map((handler) => handler(report)));
    for (const outcome of results) {
      if (outcome.status === 'rejected') {
        this.#logs.app.error(`after the shutdown: ${errorWithStack(outcome.reason)}`);
      }
    }
  }
}
