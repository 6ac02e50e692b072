/**
 * Detects silence: a client's bytes without an answer, a connection that is not made. Each of them is a question. Invariants:
 *   1. One timer for all, armed only while something is unanswered (or was, within the last second).
 *   2. Asking and answering usually set no timer: a chunk costs a comparison, a round trip two more steps.
 *   3. A question that stays unanswered is reported after 1 s, then after further 3, 6, 12 … at most 60 s, since a slow
 *      query is not a fault. A new question starts with 1 s.
 */
import type { Clock } from '../clock.ts';
import { DueTimer } from '../due-timer.ts';

export const firstSilenceMs = 1_000;
const secondSilenceMs = 3_000;
const maxSilenceMs = 60_000;

/** What a client waits for. */
export type Awaited = 'connection' | 'answer';

export interface Silence {
  readonly tunnelId: string;
  readonly awaited: Awaited;
  readonly forMs: number;
}

export interface Question {
  readonly tunnelId: string;
  readonly awaited: Awaited;
  askedAt: number;
  dueAt: number;
  nextMs: number;
}

export const createQuestion = (tunnelId: string, awaited: Awaited): Question => ({
  tunnelId,
  awaited,
  askedAt: 0,
  dueAt: 0,
  nextMs: 0,
});

export class SilenceWatch {
  readonly #clock: Clock;
  readonly #onSilence: (silence: Silence) => void;
  readonly #open = new Set<Question>();
  readonly #timer: DueTimer;

  constructor(clock: Clock, onSilence: (silence: Silence) => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
    this.#timer = new DueTimer(clock, () => this.#report());
  }

  ask(question: Question): void {
    question.askedAt = this.#clock.now();
    question.dueAt = question.askedAt + firstSilenceMs;
    question.nextMs = secondSilenceMs;
    this.#open.add(question);
    this.#timer.setBy(question.dueAt);
  }

  /** Answered or given up. The timer stays: the next question would set it again. */
  answered(question: Question): void {
    this.#open.delete(question);
  }

  /** Forgets all questions. */
  clear(): void {
    this.#open.clear();
    this.#timer.set(null);
  }

  #report(): void {
    const now = this.#clock.now();
    const due = [...this.#open].filter(({ dueAt }) => dueAt <= now);
    for (const question of due) {
      question.dueAt = now + question.nextMs;
      question.nextMs = Math.min(question.nextMs * 2, maxSilenceMs);
    }
    let wakeAt = Infinity;
    for (const { dueAt } of this.#open) wakeAt = Math.min(wakeAt, dueAt);
    if (wakeAt < Infinity) this.#timer.setBy(wakeAt);
    for (const { tunnelId, awaited, askedAt } of due) {
      this.#onSilence({ tunnelId, awaited, forMs: now - askedAt });
    }
  }
}
