/**
 * Whether the computer sleeps, from the power events and from the clocks, whichever says so first. Invariants:
 *   1. `suspended` and `woke` alternate, beginning with `suspended`.
 *   2. One sleep is one `suspended` and one certain `woke`: power events come twice, late, or not at all.
 *   3. While suspended a tick proves nothing: a dark wake runs timers too. Only when they have gone on running for
 *      `missedResumeMs` was the `resume` missed.
 *   4. A wall clock that is set, forward or back, is no sleep: the wall clock is never asked.
 *   5. A process that did not run for a while, though no clock says that the computer slept, woke uncertainly: it may
 *      have been stopped, and what it left behind may be alive. A power event that comes later makes it certain.
 */
import type { Clock } from '../clock.ts';

/** How often the owner calls `tick`, in ms. */
export const tickIntervalMs = 10_000;
const maxGapMs = 5000;
/** macOS may deliver power events only after the wake: so soon after a gap that was seen they are news of that one. */
const latePowerEventMs = 2000;
const missedResumeMs = 120_000;
/** A stop as long as this does to connections what a sleep does. */
const longStallMs = 300_000;

/** Both clocks at one moment, in ms. */
export interface ClockReading {
  readonly monotonicMs: number;
  readonly bootMs: number;
}

/** `suspend` and `resume` are the power events, `tick` comes every `tickIntervalMs` while the process runs. */
export type SleepInput = 'tick' | 'suspend' | 'resume';

/** `certain`: the system or a clock says that the computer slept. Otherwise the process may merely have been stopped. */
export type SleepChange =
  { readonly kind: 'suspended' } | { readonly kind: 'woke'; readonly certain: boolean };

/** A gap that the clocks alone showed: when it was noticed, in monotonic ms, and whether it was a sleep for sure. */
interface NoticedGap {
  readonly atMs: number;
  readonly certain: boolean;
}

interface AwakeState {
  readonly phase: 'awake';
  /** When the last input came. */
  readonly last: ClockReading;
  readonly noticed: NoticedGap | null;
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

const suspended: SleepChange = { kind: 'suspended' };
const woke = (certain: boolean): SleepChange => ({ kind: 'woke', certain });

export const awakeAt = (reading: ClockReading): AwakeState => ({
  phase: 'awake',
  last: reading,
  noticed: null,
});

/** Total: every state takes every input. */
export function nextSleepState(state: SleepState, input: SleepInput, now: ClockReading): SleepTransition {
  const seen = { now, gap: gapBetween(state.last, now) };
  return state.phase === 'awake' ? whileAwake(state, input, seen) : whileSuspended(state, input, seen);
}

/** What the clocks say of the time since the last input: the process ran, did not run, or the computer slept. */
type Gap = 'none' | 'stalled' | 'slept';

interface Observation {
  readonly now: ClockReading;
  readonly gap: Gap;
}

function whileAwake(state: AwakeState, input: SleepInput, { now, gap }: Observation): SleepTransition {
  if (input !== 'tick' && isNewsOf(state.noticed, now)) return confirm(state, now);
  if (input === 'suspend')
    return { state: { phase: 'suspended', last: now, ranForMs: 0 }, changes: [suspended] };
  if (gap === 'none') return { state: { ...state, last: now }, changes: [] };
  const certain = gap === 'slept' || input === 'resume';
  const noticed = { atMs: now.monotonicMs, certain };
  return { state: { phase: 'awake', last: now, noticed }, changes: [suspended, woke(certain)] };
}

const isNewsOf = (noticed: NoticedGap | null, now: ClockReading): boolean =>
  noticed !== null && now.monotonicMs - noticed.atMs <= latePowerEventMs;

/** A power event tells late of a gap that was seen: that was a sleep after all. */
function confirm(state: AwakeState, now: ClockReading): SleepTransition {
  const { noticed } = state;
  if (noticed === null || noticed.certain) return { state: { ...state, last: now }, changes: [] };
  return {
    state: { phase: 'awake', last: now, noticed: { ...noticed, certain: true } },
    changes: [suspended, woke(true)],
  };
}

function whileSuspended(
  state: SuspendedState,
  input: SleepInput,
  { now, gap }: Observation,
): SleepTransition {
  switch (input) {
    case 'suspend':
      return { state: { ...state, last: now, ranForMs: 0 }, changes: [] };
    case 'resume':
      return { state: awakeAt(now), changes: [woke(true)] };
    case 'tick': {
      const ranForMs = gap === 'none' ? state.ranForMs + now.monotonicMs - state.last.monotonicMs : 0;
      return ranForMs < missedResumeMs
        ? { state: { phase: 'suspended', last: now, ranForMs }, changes: [] }
        : { state: awakeAt(now), changes: [woke(true)] };
    }
  }
}

/**
 * Linux stops the monotonic clock during sleep, so the boot clock gets ahead of it: a sleep, whatever happened to the
 * wall clock. On macOS the monotonic clock continues (libuv reads mach_continuous_time): there a tick comes too late, as
 * it does everywhere when the process was stopped or starved.
 */
function gapBetween(last: ClockReading, now: ClockReading): Gap {
  const ranMs = now.monotonicMs - last.monotonicMs;
  if (now.bootMs - last.bootMs - ranMs > maxGapMs) return 'slept';
  const lateMs = ranMs - tickIntervalMs;
  if (lateMs > longStallMs) return 'slept';
  return lateMs > maxGapMs ? 'stalled' : 'none';
}

/** The state above with a clock. Its owner calls `tick` every `tickIntervalMs`. */
export class SleepDetector {
  readonly #clock: Clock;
  readonly #onChange: (change: SleepChange) => void;
  #state: SleepState;

  constructor(clock: Clock, onChange: (change: SleepChange) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#state = awakeAt(this.#read());
  }

  take(input: SleepInput): void {
    const { state, changes } = nextSleepState(this.#state, input, this.#read());
    this.#state = state;
    for (const change of changes) this.#onChange(change);
  }

  #read(): ClockReading {
    return { monotonicMs: this.#clock.now(), bootMs: this.#clock.bootNow() };
  }
}
