/** Performs what `update-machine.ts` decides: timers, the updater, dialogs. */
import { visibleLine } from '../../shared/visible-text.ts';
import { withDeadline, type Clock, type Timer } from '../core/clock.ts';
import { errorMessage } from '../core/lifecycle/error-text.ts';
import type { Logger } from '../core/observability/logger.ts';
import {
  updateLabel,
  updateTransition,
  whyNoUpdates,
  type UpdateContext,
  type UpdateEffect,
  type UpdateEvent,
  type UpdateState,
  type UpdateSurroundings,
} from './update-machine.ts';

/** Downloads and installs updates. */
export interface UpdateEngine {
  /** Resolves to the newer version; null: none. */
  check(): Promise<string | null>;
  /** Downloads the version that the check found, and verifies its signature or checksum. */
  fetch(): Promise<void>;
  /** Aborts the pending requests of a check or download. */
  cancel(): void;
  /**
   * Replaces this version with the new one. `then-exit`: the process should exit now; `quits`: the system's updater ends it.
   * Throws on failure.
   */
  install(options: { readonly restart: boolean }): 'then-exit' | 'quits';
}

export interface UpdateOptions {
  readonly surroundings: UpdateSurroundings;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Loaded by the first check. */
  readonly engine: () => Promise<UpdateEngine>;
  readonly memory: {
    readonly current: { readonly updates: boolean; readonly updateCheckedAt: number | null };
    change(change: { readonly updateCheckedAt: number }): Promise<void>;
  };
  readonly openConnections: () => number;
  readonly tell: (message: string, detail: string) => void;
  /** Resolves to true if the user wants to restart. */
  readonly ask: (message: string, detail: string) => Promise<boolean>;
  /** Stops the forwards, then calls `install` with `restart`. */
  readonly restart: () => void;
  /** Schedules a start of this version after it has exited. */
  readonly relaunch: () => void;
  readonly onChange: () => void;
}

/** The first check is not made while forwards are starting. After that, it checks every hour whether one is due. */
const firstLookMs = 5 * 60_000;
const lookEveryMs = 60 * 60_000;
/** The updater's requests have no timeout in Electron (builder-util-runtime sets it on a Node socket). */
export const checkDeadlineMs = 60_000;
/** A release of 150 MB at 0.3 Mbit/s. */
const fetchDeadlineMs = 70 * 60_000;

export class UpdateControl {
  readonly #options: UpdateOptions;
  #state: UpdateState;
  #timer: Timer | null = null;
  #engine: UpdateEngine | null = null;
  #whenSettled: (() => void)[] = [];

  constructor(options: UpdateOptions) {
    this.#options = options;
    const why = whyNoUpdates(options.surroundings);
    this.#state = why === null ? { kind: 'idle' } : { kind: 'unavailable', why };
    if (why === null) this.#lookIn(firstLookMs);
  }

  get label(): ReturnType<typeof updateLabel> {
    const entry = updateLabel(this.#state);
    return entry === null ? null : { ...entry, label: visibleLine(entry.label) };
  }

  /** The menu item was chosen. */
  choose(): void {
    this.#take({ kind: 'chosen' });
  }

  /** Checks now if a check is due; resolves when an update is ready or there is none. */
  look(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenSettled.push(resolve);
      this.#take({ kind: 'tick' });
    });
  }

  /** Call after the forwards have stopped, just before the process exits. `quits`: it must not exit by itself. */
  install(options: { readonly restart: boolean }): 'then-exit' | 'quits' {
    const isWanted = options.restart
      ? this.#state.kind === 'installing'
      : this.#step({ kind: 'quitting' }).some(({ kind }) => kind === 'install');
    if (!isWanted || this.#engine === null) return 'then-exit';
    try {
      return this.#engine.install(options);
    } catch (error) {
      this.#options.log.error(`The update was not installed: ${errorMessage(error)}.`);
      // The user requested a restart, not only a quit.
      if (options.restart) this.#options.relaunch();
      return 'then-exit';
    }
  }

  dispose(): void {
    this.#timer?.cancel();
  }

  #lookIn(ms: number): void {
    this.#timer = this.#options.clock.after(ms, () => {
      this.#lookIn(lookEveryMs);
      this.#take({ kind: 'tick' });
    });
  }

  #take(event: UpdateEvent): void {
    const before = this.#state;
    const effects = this.#step(event);
    for (const effect of effects) this.#perform(effect);
    if (this.#state !== before) this.#options.onChange();
    if (this.#state.kind === 'checking' || this.#state.kind === 'fetching') return;
    for (const settle of this.#whenSettled.splice(0)) settle();
  }

  #step(event: UpdateEvent): readonly UpdateEffect[] {
    const { state, effects } = updateTransition(this.#state, event, this.#context());
    this.#state = state;
    return effects;
  }

  #context(): UpdateContext {
    const { version, clock, memory, openConnections } = this.#options;
    const { updates: isAutomatic, updateCheckedAt: checkedAt } = memory.current;
    return { isAutomatic, checkedAt, version, now: clock.wallNow(), openConnections: openConnections() };
  }

  #perform(effect: UpdateEffect): void {
    const { log, tell, ask, restart } = this.#options;
    switch (effect.kind) {
      case 'check':
        return this.#await(this.#within(checkDeadlineMs, this.#check()), (version) => ({
          kind: 'checked',
          version,
        }));
      case 'fetch':
        return this.#await(this.#within(fetchDeadlineMs, this.#fetch()), () => ({ kind: 'fetched' }));
      case 'ask':
        return this.#await(ask(effect.message, effect.detail), (wanted) => ({
          kind: 'answered',
          restart: wanted,
        }));
      case 'tell':
        return tell(effect.message, effect.detail);
      case 'log':
        return log.warn(effect.message);
      case 'restart':
        return restart();
      case 'install':
        return;
    }
  }

  #await<T>(work: Promise<T>, eventOf: (value: T) => UpdateEvent): void {
    work.then(
      (value) => this.#take(eventOf(value)),
      (error: unknown) => this.#take({ kind: 'failed', why: errorMessage(error) }),
    );
  }

  async #within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
    const done = await withDeadline(
      this.#options.clock,
      deadlineMs,
      work.then((value) => ({ value })),
    );
    if (done !== 'deadline') return done.value;
    this.#engine?.cancel();
    throw new Error(`timed out after ${deadlineMs / 1_000} s`);
  }

  async #check(): Promise<string | null> {
    const { memory, clock, engine } = this.#options;
    // Stored before the response, so that a failing server is not asked at every start.
    await memory.change({ updateCheckedAt: clock.wallNow() });
    this.#engine ??= await engine();
    return this.#engine.check();
  }

  async #fetch(): Promise<void> {
    await this.#engine?.fetch();
  }
}
