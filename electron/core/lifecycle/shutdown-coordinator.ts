/**
 * The shutdown of the host.
 *
 * 1. Forward only: a phase is never entered again, and a second call to shut down joins the first.
 * 2. A phase ends as soon as its work is done. At its ceiling it is left anyway, and the late joiners are
 *    reported.
 * 3. No failure and no hang keeps a later phase from running.
 * 4. After the last phase the verifiers check that nothing was left behind.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import {
  type Joiner,
  type PhaseOutcome,
  PhaseRun,
  type ShutdownPhase,
  ceilingMs,
  shutdownPhases,
} from './shutdown-phase.ts';
import { type PhaseReport, type ShutdownReport, formatShutdownReport } from './shutdown-report.ts';

export type PhaseState = 'started' | 'finished' | 'left late' | 'skipped';

export interface ShutdownOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Progress reports. */
  readonly onPhase?: (phase: ShutdownPhase, state: PhaseState) => void;
}

/** Looks for one kind of leftover; each finding is a sentence: `port 5432 cannot be bound again`. */
export type Verifier = (signal: AbortSignal) => Promise<readonly string[]>;

const lastPhase: ShutdownPhase = 'force clean-up';

export class ShutdownCoordinator {
  readonly #options: ShutdownOptions;
  readonly #joiners = new Map<ShutdownPhase, Joiner[]>(shutdownPhases.map((phase) => [phase, []]));
  readonly #verifiers: { readonly name: string; readonly verify: Verifier }[] = [];
  readonly #over = new Set<ShutdownPhase>();
  #report: Promise<ShutdownReport> | null = null;
  #running: { readonly step: ShutdownPhase | 'verify'; readonly run: PhaseRun } | null = null;
  #forced = false;
  #systemShutdown = false;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#report !== null;
  }

  /**
   * Adds work to a phase. If the phase is running, the work starts at once, within the remaining time; if the phase is over,
   * it joins the next one. The signal aborts when the phase is left. Returns a function that removes work that has not begun.
   */
  join(phase: ShutdownPhase, name: string, work: Joiner['work']): () => void {
    const joiner = { name, work };
    const joined = this.#phaseFor(phase);
    if (joined === null) {
      this.#options.log.error(`shutdown: ${name} came after the last phase, and is not run`);
      return () => undefined;
    }
    if (this.#running?.step === joined) {
      this.#running.run.add(joiner);
      return () => undefined;
    }
    const joiners = this.#joiners.get(joined) ?? [];
    joiners.push(joiner);
    return () => {
      const index = joiners.indexOf(joiner);
      if (index !== -1) joiners.splice(index, 1);
    };
  }

  /** Adds a check after the last phase; its findings become problems in the report. */
  verify(name: string, verify: Verifier): void {
    this.#verifiers.push({ name, verify });
  }

  /** Runs the phases. Never rejects; a second call gets the same promise, and its reason is ignored. */
  shutdown(reason: string): Promise<ShutdownReport> {
    this.#report ??= this.#shutdown(reason);
    return this.#report;
  }

  /** Jumps to the last phase: the signals of running joiners abort. Begins a shutdown if there is none. */
  force(reason = 'forced'): Promise<ShutdownReport> {
    if (!this.#forced) {
      this.#forced = true;
      this.#options.log.warn(`shutdown: going to the last phase (${reason})`);
      if (this.#running !== null && this.#running.step !== lastPhase && this.#running.step !== 'verify') {
        this.#running.run.leave();
      }
    }
    return this.shutdown(reason);
  }

  /** The whole system is shutting down: all phases together get 4 s. Begins a shutdown if there is none. */
  onSystemShutdown(): Promise<ShutdownReport> {
    this.#systemShutdown = true;
    if (this.#running !== null) this.#running.run.shorten(ceilingMs(this.#running.step, true));
    return this.shutdown('system shutdown');
  }

  /** null: all phases are over. */
  #phaseFor(phase: ShutdownPhase): ShutdownPhase | null {
    const wanted = shutdownPhases.indexOf(phase);
    return shutdownPhases.find((name, index) => index >= wanted && !this.#over.has(name)) ?? null;
  }

  async #shutdown(reason: string): Promise<ShutdownReport> {
    const { clock, log } = this.#options;
    const startedAt = clock.now();
    log.info(`shutdown: ${reason}`);
    const phases: PhaseReport[] = [];
    const problems: string[] = [];
    for (const name of shutdownPhases) {
      if (this.#forced && name !== lastPhase) {
        this.#over.add(name);
        this.#announce(name, 'skipped');
        continue;
      }
      this.#announce(name, 'started');
      const { durationMs, late, failures } = await this.#perform(name, this.#joiners.get(name) ?? []);
      phases.push({ name, durationMs, late });
      problems.push(...failures);
      this.#announce(name, late.length === 0 ? 'finished' : 'left late');
    }
    problems.push(...(await this.#verify()));
    const report = { reason, phases, problems, totalMs: clock.now() - startedAt };
    const clean = problems.length === 0 && phases.every(({ late }) => late.length === 0);
    log[clean ? 'info' : 'warn'](`shutdown: ${formatShutdownReport(report)}`);
    return report;
  }

  async #verify(): Promise<readonly string[]> {
    const findings: string[] = [];
    const { late, failures } = await this.#perform(
      'verify',
      this.#verifiers.map(({ name, verify }) => ({
        name,
        work: async (signal) => {
          for (const finding of await verify(signal)) findings.push(`${name}: ${finding}`);
        },
      })),
    );
    return [...findings, ...failures, ...late.map((name) => `${name}: could not be verified in time`)];
  }

  async #perform(step: ShutdownPhase | 'verify', joiners: readonly Joiner[]): Promise<PhaseOutcome> {
    const { clock, log } = this.#options;
    const run = new PhaseRun({
      phase: step,
      joiners,
      ceilingMs: ceilingMs(step, this.#systemShutdown),
      clock,
      log,
    });
    this.#running = { step, run };
    const outcome = await run.run();
    this.#running = null;
    if (step !== 'verify') this.#over.add(step);
    return outcome;
  }

  #announce(phase: ShutdownPhase, state: PhaseState): void {
    try {
      this.#options.onPhase?.(phase, state);
    } catch (error) {
      this.#options.log.error(`shutdown: onPhase failed: ${String(error)}`);
    }
  }
}
