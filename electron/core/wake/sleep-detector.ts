/**
 * Whether the computer sleeps, from power events and from the clocks, whichever comes first. Invariants:
 *   1. `suspended` and `woke` alternate, beginning with `suspended`.
 *   2. One sleep is one `suspended` and one certain `woke`: power events come twice, late, or not at all.
 *   3. While suspended a tick proves nothing: a dark wake runs timers too. Only when timers have kept running for
 *      `missedResumeMs` was the `resume` missed.
 *    4. Setting the wall clock, forward or back, is not a sleep: the wall clock is never read.
 *   5. A process that did not run for a while, though no clock says that the computer slept, woke uncertainly: it may
 *      have been stopped, and what it left behind may be alive. A power event that comes later makes it certain.
 */
import type { Clock } from '../clock.ts';

/** How often the owner calls `tick`, in ms. */
export const tickIntervalMs = 10_000;
const maxGapMs = 5000;
/** macOS may deliver power events only after the wake: events this soon after a detected gap belong to that gap. */
const latePowerEventMs = 2000;
const missedResumeMs = 120_000;
/** A stop of this length affects connections as a sleep does. */
const longStallMs = 300_000;

/** Both clocks at one moment, in ms. */
export interface ClockReading {
  readonly monotonicMs: number;
  readonly bootMs: number;
}

/** `suspend` and `resume` are the power events, `tick` comes every `tickIntervalMs` while the process runs. */
export type SleepInput = 'tick' | 'suspend' | 'resume';

/** `certain`: the system or a clock proves that the computer slept. Otherwise the process may merely have been stopped. */
export type SleepChange =
  { readonly kind: 'suspended' } | { readonly kind: 'woke'; readonly certain: boolean };

/** A gap that only the clocks showed: when it was noticed, in monotonic ms, and whether it was certainly a sleep. */
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
  /** How long timers have been running since then without a gap, in ms. */
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

/** What the clocks say about the time since the last input: the process ran, did not run, or the computer slept. */
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

/** A late power event confirms that a detected gap was a sleep. */
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
 * Linux stops the monotonic clock during sleep, so the boot clock gets ahead of it: that is a sleep, whatever happened to the
 * wall clock. On macOS the monotonic clock continues (libuv reads mach_continuous_time), so a tick is late after a sleep, as
 * it is everywhere after the process was stopped or starved.
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
