import type { ShutdownPhase } from './shutdown-phase.ts';

export interface PhaseReport {
  readonly name: ShutdownPhase;
  readonly durationMs: number;
  /** Joiners that had not finished when the phase was left. */
  readonly late: readonly string[];
}

export interface ShutdownReport {
  /** What requested it: `SIGTERM`, `quit from the menu`. */
  readonly reason: string;
  /** The phases that ran; a forced shutdown skips some. */
  readonly phases: readonly PhaseReport[];
  /** Failures and leftovers, one sentence each. */
  readonly problems: readonly string[];
  readonly totalMs: number;
}

/** One line with the durations, then one line for each late joiner and each problem. */
export function formatShutdownReport({ reason, phases, problems, totalMs }: ShutdownReport): string {
  const durations = phases.map(({ name, durationMs }) => `${name} ${Math.round(durationMs)} ms`).join(', ');
  return [
    `stopped in ${Math.round(totalMs)} ms (${reason}): ${durations}`,
    ...phases
      .filter(({ late }) => late.length > 0)
      .map(({ name, late }) => `late in ${name}: ${late.join(', ')}`),
    ...problems.map((problem) => `problem: ${problem}`),
  ].join('\n');
}
