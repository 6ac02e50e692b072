/**
 * The one prober of one cluster, and what is known of it.
 *
 * 1. At most one question is under way. A failure that is reported meanwhile counts for its answer.
 * 2. One timer, and none while paused or closed.
 * 3. What is held back is released by an answer, or by a tunnel that comes up all the same; never by the end of patience.
 * 4. However many want to know for the user, it is one question: who comes with them shares its answer. Who comes later,
 *    while it is under way, shares one more, which follows an answer that is not good.
 */
import { assertNever } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { ClusterFinding, ClusterProber } from './cluster-question.ts';
import {
  judgeCluster,
  needsUser,
  nextQuestionMs,
  openCluster,
  type ClusterPace,
  type ClusterState,
} from './cluster-verdict.ts';

/** Who wants to know, told apart by identity. */
export type Askers = ReadonlySet<object>;

export interface ClusterMonitorParts {
  /** The subject of a sentence: `The cluster prod`. */
  readonly title: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly prober: ClusterProber;
  /** It is down, is down for another reason, or is back. */
  readonly onChange: () => void;
  /** The user wants to know for these, and nothing can be found out. */
  readonly onUnasked: (askers: Askers) => void;
  /** `nextQuestionAt` is another one. */
  readonly onSchedule: () => void;
}

/** What a tunnel that fails or a client that waits may ask for at most: questions are processes. */
const minSpacingMs = 2_000;
/** Wishes this close together are one click, for all services of a card say. A later one is a new one. */
const sameWishMs = 1_000;

export class ClusterMonitor {
  readonly #parts: ClusterMonitorParts;
  #services: readonly ServiceSpec[] = [];
  /** null: it is not asked. */
  #pace: ClusterPace | null = null;
  #state: ClusterState = openCluster;
  #underWay: {
    readonly cancellation: AbortController;
    readonly settled: Promise<void>;
    /** For whom the user wants to know; nobody: it is asked for the cluster's own sake. */
    readonly askers: Set<object>;
  } | null = null;
  #timer: { readonly dueAt: number; readonly timer: Timer } | null = null;
  #lastQuestionAt: number | null = null;
  /** A tunnel failed since the last good answer. */
  #isCorroborated = false;
  /** … and since the question under way was asked: its answer may be older than that. */
  #isAnswerOld = false;
  /** For whom the user wants to know, and no question has been asked yet. */
  #waiting = new Set<object>();
  #status: 'watching' | 'paused' | 'closed' = 'watching';

  constructor(parts: ClusterMonitorParts) {
    this.#parts = parts;
  }

  get state(): ClusterState {
    return this.#state;
  }

  /** Monotonic ms; that of the question under way lies in the past. null: it is not asked by itself. */
  get nextQuestionAt(): number | null {
    return this.#underWay === null ? (this.#timer?.dueAt ?? null) : this.#lastQuestionAt;
  }

  /**
   * Who uses this cluster, and how it is watched for them. One that comes to be watched is asked at once; one
   * that is not to be asked at all (`pace` null) is taken for open.
   */
  serve(services: readonly ServiceSpec[], pace: ClusterPace | null): void {
    const before = this.#pace;
    this.#services = services;
    this.#pace = pace;
    if (pace === null) {
      this.#stopAsking();
      this.#become(openCluster);
      return;
    }
    const intervalMsBefore = before?.intervalMs ?? null;
    if (intervalMsBefore === pace.intervalMs) return;
    this.#cancelTimer();
    if (intervalMsBefore === null) this.#askIn(0);
    else this.#askInTurn();
  }

  /** A tunnel to this cluster failed, and the cluster may be why. */
  suspect(): void {
    this.#isCorroborated = true;
    this.#isAnswerOld = true;
    this.#askSoon();
  }

  /** A service that is aware of its cluster fails for whatever reason: is it the cluster's fault? */
  check(): void {
    this.#askSoon();
  }

  /** A client waits, or something else would be glad of an answer. Only asked while it is down. */
  hurry(): void {
    if (this.#state.status === 'down') this.#askSoon();
  }

  /** A tunnel has come up: nothing proves better that the cluster can be reached. Whether it is well, has to be asked. */
  reached(): void {
    this.#isCorroborated = false;
    if (this.#state.status === 'down' && this.#state.reach === 'unwell') this.#askIn(0);
    else this.#become(openCluster);
  }

  /** The network or the credentials are others now: what is known of a cluster that is down is old. */
  refresh(): void {
    if (this.#state.status !== 'down') return;
    if (this.#underWay === null) this.#askIn(0);
    else this.#underWay.cancellation.abort();
  }

  /**
   * The user wants it to be asked now, an expired login too. What they did to fix it may be younger than the question
   * under way: one that nobody waits for is dropped; one that was asked for them stands, and is asked once more.
   */
  demand(asker: object): void {
    if (this.#state.status !== 'down') return;
    const askers = this.#underWay?.askers;
    if (askers === undefined || askers.size === 0) {
      this.#waiting.add(asker);
      this.refresh();
    } else if (this.#questionAgeMs() < sameWishMs) askers.add(asker);
    else this.#waiting.add(asker);
  }

  pause(): void {
    if (this.#status !== 'watching') return;
    this.#status = 'paused';
    this.#stopAsking();
  }

  resume(): void {
    if (this.#status !== 'paused') return;
    this.#status = 'watching';
    if (this.#state.status === 'down') this.refresh();
    else this.#askInTurn();
  }

  /** Resolves when the question under way has let go of everything. */
  async close(): Promise<void> {
    this.#status = 'closed';
    this.#stopAsking();
    await this.#underWay?.settled;
  }

  #stopAsking(): void {
    this.#cancelTimer();
    this.#underWay?.cancellation.abort();
  }

  #cancelTimer(): void {
    this.#timer?.timer.cancel();
    this.#timer = null;
  }

  #askSoon(): void {
    if (needsUser(this.#state)) return;
    this.#askIn(minSpacingMs - this.#questionAgeMs());
  }

  /** Since the last question was asked; infinite when none was. */
  #questionAgeMs(): number {
    return this.#lastQuestionAt === null ? Infinity : this.#parts.clock.now() - this.#lastQuestionAt;
  }

  #askInTurn(): void {
    const delayMs =
      this.#pace === null ? null : nextQuestionMs(this.#state, this.#pace, this.#parts.clock.now());
    if (delayMs !== null) this.#askIn(delayMs);
  }

  /** Unless it is asked even sooner. */
  #askIn(delayMs: number): void {
    if (this.#status !== 'watching' || this.#pace === null || this.#underWay !== null) return;
    const { clock } = this.#parts;
    const dueAt = clock.now() + delayMs;
    if (this.#timer !== null && this.#timer.dueAt <= dueAt) return;
    this.#cancelTimer();
    if (delayMs > 0) this.#timer = { dueAt, timer: clock.after(delayMs, () => this.#ask()) };
    else this.#ask();
    this.#parts.onSchedule();
  }

  #ask(): void {
    this.#timer = null;
    const [first, ...rest] = this.#services;
    if (first === undefined) return;
    const cancellation = new AbortController();
    this.#lastQuestionAt = this.#parts.clock.now();
    this.#isAnswerOld = false;
    const isRoutine = !this.#isCorroborated && this.#state.status === 'open';
    const answer = this.#parts.prober({ services: [first, ...rest], isRoutine, signal: cancellation.signal });
    const askers = this.#waiting;
    this.#waiting = new Set();
    const settled = answer.then((finding) => {
      this.#underWay = null;
      this.#hear(cancellation.signal.aborted ? { kind: 'cancelled' } : finding, askers);
    });
    this.#underWay = { cancellation, settled, askers };
  }

  #hear(finding: ClusterFinding, askers: Askers): void {
    if (this.#pace === null) return;
    if (finding.kind === 'cancelled') {
      // By a refresh, or by a pause that has ended meanwhile.
      for (const asker of askers) this.#waiting.add(asker);
      this.#askIn(0);
      return;
    }
    const now = this.#parts.clock.now();
    const isCorroborated = this.#isCorroborated;
    if (finding.kind === 'well' || finding.kind === 'unasked') this.#isCorroborated = this.#isAnswerOld;
    this.#become(judgeCluster(this.#state, { finding, isCorroborated, now }, this.#pace));
    if (this.#waiting.size > 0) this.refresh();
    else if (this.#isCorroborated && this.#state.status === 'open') this.#askSoon();
    else this.#askInTurn();
    if (finding.kind === 'unasked' && askers.size > 0) this.#parts.onUnasked(askers);
    this.#parts.onSchedule();
  }

  #become(after: ClusterState): void {
    const before = this.#state;
    const { clock, log, onChange, title } = this.#parts;
    this.#state = after;
    switch (after.status) {
      case 'open':
        this.#waiting.clear();
        if (before.status !== 'down') return;
        log.info(`${title} is back after ${String(Math.round((clock.now() - before.since) / 1000))} s`);
        onChange();
        return;
      case 'down': {
        const isNews =
          before.status !== 'down' ||
          before.reach !== after.reach ||
          before.cause.evidence !== after.cause.evidence;
        if (!isNews) return;
        log.warn(`${title} is ${after.reach}: ${after.cause.evidence ?? after.cause.title}`);
        onChange();
        return;
      }
      default:
        assertNever(after, 'cluster state');
    }
  }
}
