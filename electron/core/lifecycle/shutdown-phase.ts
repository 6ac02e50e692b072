import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { errorMessage, errorWithStack } from './error-text.ts';

/** In order; a shutdown only moves forward. */
export const shutdownPhases = [
  'stop new work',
  'complete current',
  'cancel tasks',
  'force clean-up',
] as const;
export type ShutdownPhase = (typeof shutdownPhases)[number];

/** `verify` is not a phase: it is the check after the last one. */
type Step = ShutdownPhase | 'verify';

const ceilingsMs: Readonly<Record<Step, number>> = {
  'stop new work': 2_000,
  'complete current': 8_000,
  'cancel tasks': 15_000,
  'force clean-up': 5_000,
  verify: 1_000,
};

/** macOS may kill an app about 5 s after asking it to quit. */
const systemShutdownMs = 4_000;
const wholeMs = Object.values(ceilingsMs).reduce((sum, ceiling) => sum + ceiling, 0);

/** How long a step may take. When the whole system shuts down, all steps share 4 s in the same proportions. */
export function ceilingMs(step: Step, systemShutdown: boolean): number {
  return systemShutdown ? Math.floor((ceilingsMs[step] * systemShutdownMs) / wholeMs) : ceilingsMs[step];
}

export interface Joiner {
  readonly name: string;
  readonly work: (signal: AbortSignal) => Promise<void>;
}

export interface PhaseOutcome {
  readonly durationMs: number;
  /** Joiners that had not finished when the phase was left. */
  readonly late: readonly string[];
  /** One sentence for each joiner that failed. */
  readonly failures: readonly string[];
}

export interface PhaseRunOptions {
  readonly phase: Step;
  readonly joiners: readonly Joiner[];
  readonly ceilingMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs one phase: all joiners concurrently, the newest started first, until all are done or the phase is left. */
export class PhaseRun {
  readonly #options: PhaseRunOptions;
  readonly #startedAt: number;
  readonly #controller = new AbortController();
  readonly #pending: Set<Joiner>;
  readonly #failures: string[] = [];
  readonly #left: Promise<void>;
  #leave: () => void = () => undefined;
  readonly #done: Promise<void>;
  #finish: () => void = () => undefined;
  #ceiling: Timer;

  constructor(options: PhaseRunOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#ceiling = options.clock.after(options.ceilingMs, this.#leave);
    this.#pending = new Set([...options.joiners].reverse());
  }

  /** Starts the joiners and resolves when the phase is left. Call it once. */
  async run(): Promise<PhaseOutcome> {
    const { clock } = this.#options;
    for (const joiner of [...this.#pending]) void this.#perform(joiner);
    if (this.#pending.size > 0) await Promise.race([this.#done, this.#left]);
    this.#ceiling.cancel();
    const late = [...this.#pending].map(({ name }) => name);
    if (late.length > 0) this.#controller.abort();
    return { durationMs: clock.now() - this.#startedAt, late, failures: [...this.#failures] };
  }

  /** A joiner that is added while the phase runs starts at once. */
  add(joiner: Joiner): void {
    this.#pending.add(joiner);
    void this.#perform(joiner);
  }

  /** Leaves the phase now; the signals of unfinished joiners abort. */
  leave(): void {
    this.#leave();
  }

  /** Sets another ceiling, counted from the start of the phase. */
  shorten(limitMs: number): void {
    const { clock } = this.#options;
    this.#ceiling.cancel();
    this.#ceiling = clock.after(limitMs - (clock.now() - this.#startedAt), this.#leave);
  }

  async #perform(joiner: Joiner): Promise<void> {
    const { log, phase, clock } = this.#options;
    const title = `shutdown: ${phase}: ${joiner.name}`;
    log.debug(`${title}: started`);
    try {
      await joiner.work(this.#controller.signal);
      log.debug(`${title}: done after ${Math.round(clock.now() - this.#startedAt)} ms`);
    } catch (error) {
      this.#failures.push(`${joiner.name} failed in ${phase}: ${errorMessage(error)}`);
      log.error(`${title}: failed: ${errorWithStack(error)}`);
    }
    this.#pending.delete(joiner);
    if (this.#pending.size === 0) this.#finish();
  }
}
