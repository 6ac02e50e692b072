/**
 * Whether the computer sleeps, from the power events and from the clocks, whichever tells first. Invariants:
 *   1. `suspended` and `woke` alternate, beginning with `suspended`.
 *   2. One sleep is one `suspended` and one `woke`: power events come twice, late, or not at all.
 *   3. While suspended a tick proves nothing: a dark wake runs timers too. Only when they have gone on running for
 *      `missedResumeMs` was the `resume` missed.
 *   4. A clock set back is no sleep. One set forward by more than `maxGapMs` looks like one and costs a probe.
 */
import type { Clock } from '../clock.ts';

/** How often the owner calls `tick`, in ms. */
export const tickIntervalMs = 10_000;
const maxGapMs = 5000;
/** macOS may deliver `suspend` only after the wake: so soon after a sleep seen on the clocks it is news of that one. */
const lateSuspendMs = 2000;
const missedResumeMs = 120_000;

/** Both clocks at one moment, in ms. */
export interface ClockReading {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** `suspend` and `resume` are the power events, `tick` comes every `tickIntervalMs` while the process runs. */
export type SleepInput = 'tick' | 'suspend' | 'resume';
export type SleepChange = 'suspended' | 'woke';

interface AwakeState {
  readonly phase: 'awake';
  /** When the last input came. */
  readonly last: ClockReading;
  /** Monotonic time at which the last sleep was noticed, when the clocks alone told of it; else null. */
  readonly noticedAtMs: number | null;
}

interface SuspendedState {
  readonly phase: 'suspended';
  readonly last: ClockReading;
  /** How long timers have been running since then without a gap. */
  readonly ranForMs: number;
}

export type SleepState = AwakeState | SuspendedState;

export interface SleepTransition {
  readonly state: SleepState;
  readonly changes: readonly SleepChange[];
}

export const awakeAt = (reading: ClockReading): AwakeState => ({
  phase: 'awake',
  last: reading,
  noticedAtMs: null,
});

/** Total: every state takes every input. */
export function nextSleepState(state: SleepState, input: SleepInput, now: ClockReading): SleepTransition {
  const wasAway = awayMs(state.last, now) > maxGapMs;
  return state.phase === 'awake'
    ? whileAwake(state, input, { now, wasAway })
    : whileSuspended(state, input, { now, wasAway });
}

interface Observation {
  readonly now: ClockReading;
  /** The clocks say that the process did not run for a while since the last input. */
  readonly wasAway: boolean;
}

function whileAwake(state: AwakeState, input: SleepInput, { now, wasAway }: Observation): SleepTransition {
  switch (input) {
    case 'suspend': {
      const isLate = state.noticedAtMs !== null && now.monotonicMs - state.noticedAtMs <= lateSuspendMs;
      if (isLate) return { state: { ...state, last: now }, changes: [] };
      return { state: { phase: 'suspended', last: now, ranForMs: 0 }, changes: ['suspended'] };
    }
    case 'resume':
    case 'tick':
      return wasAway
        ? {
            state: { phase: 'awake', last: now, noticedAtMs: now.monotonicMs },
            changes: ['suspended', 'woke'],
          }
        : { state: { ...state, last: now }, changes: [] };
  }
}

function whileSuspended(
  state: SuspendedState,
  input: SleepInput,
  { now, wasAway }: Observation,
): SleepTransition {
  switch (input) {
    case 'suspend':
      return { state: { ...state, last: now, ranForMs: 0 }, changes: [] };
    case 'resume':
      return { state: awakeAt(now), changes: ['woke'] };
    case 'tick': {
      const ranForMs = wasAway ? 0 : state.ranForMs + now.monotonicMs - state.last.monotonicMs;
      return ranForMs < missedResumeMs
        ? { state: { phase: 'suspended', last: now, ranForMs }, changes: [] }
        : { state: awakeAt(now), changes: ['woke'] };
    }
  }
}

/**
 * How long the process did not run, in ms, at least. Linux stops the monotonic clock during sleep, so the wall clock
 * gets ahead of it; on macOS it goes on (libuv reads mach_continuous_time), so the tick comes too late on both.
 */
function awayMs(last: ClockReading, now: ClockReading): number {
  const monotonicMs = now.monotonicMs - last.monotonicMs;
  const wallMs = now.wallMs - last.wallMs;
  return Math.max(wallMs - monotonicMs, monotonicMs - tickIntervalMs);
}

export interface SleepListener {
  onSuspended(): void;
  onWoke(): void;
}

/** The state above with a clock and a listener. Its owner calls `tick` every `tickIntervalMs`. */
export class SleepDetector {
  readonly #clock: Clock;
  readonly #listener: SleepListener;
  #state: SleepState;

  constructor(clock: Clock, listener: SleepListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#state = awakeAt(this.#read());
  }

  get isSuspended(): boolean {
    return this.#state.phase === 'suspended';
  }

  take(input: SleepInput): void {
    const { state, changes } = nextSleepState(this.#state, input, this.#read());
    this.#state = state;
    for (const change of changes) {
      if (change === 'suspended') this.#listener.onSuspended();
      else this.#listener.onWoke();
    }
  }

  #read(): ClockReading {
    return { monotonicMs: this.#clock.now(), wallMs: this.#clock.wallNow() };
  }
}
