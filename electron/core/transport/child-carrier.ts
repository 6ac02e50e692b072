/**
 * A carrier that is one child process. Invariants:
 *
 * 1. `ready` and `ended` settle exactly once each, `ready` never after `ended`.
 * 2. The first cause of an end wins: if a deadline or a fatal line made us stop the child, that is the cause,
 *    whatever the child prints on exit. A requested end has no cause.
 * 3. `ended` settles after the child is reaped and all of its files are removed.
 */
import { formatDuration } from '../../../shared/config-scalars.ts';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { type Clock, type Timer, withDeadline } from '../clock.ts';
import { secretsOf } from '../secrets/secret-values.ts';
import type { ChildExit, ChildLauncher, ChildProcess, ChildRequest } from '../process/child-process.ts';
import { isNoise, redactedLine, toEvidence } from '../failure/evidence.ts';
import { classifyFailure } from '../failure/failure-classifier.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { findStopped } from '../process/process-state.ts';
import { LivingCarrier, noChild, stoppedByUs } from './carrier-life.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, CarrierEnd, CarrierRequest } from './carrier.ts';

/**
 * The start deadline pauses until `settled` resolves: null when answered, a cause when there is no answer. Never
 * rejects.
 */
export interface Question {
  readonly kind: 'question';
  readonly prompt: string;
  readonly settled: Promise<Cause | null>;
}

/** What a line of the child's output means. */
export type LineMeaning =
  | { readonly kind: 'ready'; readonly endpoint: Endpoint }
  /** The other machine has answered: a login may be in progress. */
  | { readonly kind: 'answered'; readonly mayExplainEnd?: true }
  /** The key exchange is complete, and the login begins. */
  | { readonly kind: 'logging-in' }
  /** The login at the first hop has succeeded, and another hop follows. */
  | { readonly kind: 'hop-passed' }
  /** A client's connection failed; the tunnel keeps running. */
  | { readonly kind: 'complaint'; readonly cause: Cause; readonly mayExplainEnd: boolean }
  | Question
  /** The child is still running but can never serve. */
  | { readonly kind: 'fatal'; readonly cause: Cause }
  /** May explain an end. */
  | { readonly kind: 'evidence' }
  | { readonly kind: 'chatter' };

export interface ChildLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** Of the child that printed the line, or whose descendant did. */
  readonly pid: number | null;
  /** Whether the tunnel was ready when the line arrived. */
  readonly afterReady: boolean;
}

export interface ChildPlan {
  readonly child: ChildRequest;
  readonly interpret: (line: ChildLine) => LineMeaning;
  /**
   * For programs that do not report readiness: resolves with the endpoint when it accepts connections, or with the
   * reason why it must not be used; null when aborted. Never rejects.
   */
  readonly probeReadiness?: (signal: AbortSignal) => Promise<Result<Endpoint, Cause> | null>;
  /** What `probeReadiness` waits for an answer from: `The API server`. Absent: it waits for a listener. */
  readonly awaits?: string;
  /**
   * For programs that do not report that they are prompting the user: called when the start deadline has passed.
   * null: there is no prompt. Never rejects.
   */
  readonly openQuestion?: () => Promise<Question | null>;
  /** Looks for a more specific cause when the start deadline has passed; null: there is none. Never rejects. */
  readonly explainTimeout?: () => Promise<Cause | null>;
  /** See `Carrier.isPromptingUser`. */
  readonly isPromptingUser?: () => boolean;
  /**
   * A round trip to the other machine through the child. Absent: a running child is `unprovable`. Never rejects.
   */
  readonly roundTrip?: (deadlineMs: number) => Promise<TransportProof>;
  /** Looks for a more specific cause when the child exited by itself, until the signal aborts. Never rejects. */
  readonly explainEnd?: (cause: Cause, signal: AbortSignal) => Promise<Cause>;
  /** Whether the other side closed it because it was idle. */
  readonly isUnused?: (cause: Cause) => boolean;
  /** Called after the stop signal is sent: a program may have started to block just then. */
  readonly wake?: () => void;
  /** Removes the child's files. */
  readonly cleanUp: () => Promise<void>;
}

export interface ChildCarrierOptions {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
}

const maxLastLines = 20;
/** Older lines do not explain an end: a client that failed in the morning, for example. */
const maxEvidenceAgeMs = 60_000;

/** Names the config key for the start deadline. */
export const startLimit = (startTimeoutMs: number): string =>
  `start_timeout (now ${formatDuration(startTimeoutMs)})`;

export class ChildCarrier extends LivingCarrier {
  readonly answered: Promise<void>;
  readonly loggingIn: Promise<void>;
  readonly hopPassed: Promise<void>;
  readonly #options: ChildCarrierOptions;
  readonly #request: CarrierRequest;
  readonly #secrets: readonly string[];
  readonly #lastLines: { readonly text: string; readonly at: number }[] = [];
  readonly #readinessProbe = new AbortController();
  readonly #explanation = new AbortController();
  #resolveAnswered: () => void = () => undefined;
  #resolveLoggingIn: () => void = () => undefined;
  #resolveHopPassed: () => void = () => undefined;
  #plan: ChildPlan | null = null;
  #child: ChildProcess | null = null;
  #isReady = false;
  #isStopping = false;
  #isEnded = false;
  #firstCause: Cause | null = null;
  #startDeadline: Timer | null = null;
  /** Waiting for an answer. */
  #openPrompts = 0;

  constructor(options: ChildCarrierOptions, request: CarrierRequest) {
    super(request.id);
    this.#options = options;
    this.#request = request;
    this.#secrets = secretsOf(request.service);
    this.answered = new Promise((resolve) => (this.#resolveAnswered = resolve));
    this.loggingIn = new Promise((resolve) => (this.#resolveLoggingIn = resolve));
    this.hopPassed = new Promise((resolve) => (this.#resolveHopPassed = resolve));
  }

  override get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get isPromptingUser(): boolean {
    return !this.#isEnded && this.#plan?.isPromptingUser?.() === true;
  }

  /** Call it once, and not after `fail`. Only cleans up if the tunnel was stopped in the meantime. */
  launch(plan: ChildPlan): void {
    if (this.#isEnded) {
      void this.#cleanUp(plan);
      return;
    }
    const child = this.#options.launcher.launch(plan.child);
    this.#plan = plan;
    this.#child = child;
    child.onLine((stream, text) => {
      this.#handle(plan.interpret({ stream, text, pid: child.pid, afterReady: this.#isReady }), stream, text);
    });
    this.#limitStart();
    void this.#probeReadiness(plan);
    void child.exited.then((exit) => this.#finish(exit, plan));
  }

  /** There is nothing to launch. */
  fail(cause: Cause): void {
    if (this.#isEnded) return;
    this.#firstCause = cause;
    this.#end({ ...noChild, cause });
  }

  override async proveTransport(deadlineMs: number): Promise<TransportProof> {
    const { pid } = this;
    const proof: TransportProof =
      pid === null || this.#isEnded ? { kind: 'unprovable' } : await this.#prove(pid, deadlineMs);
    return this.#isEnded ? { kind: 'dead', cause: (await this.ended).cause ?? stoppedByUs } : proof;
  }

  override async stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.#isStopping = true;
    this.#explanation.abort();
    if (this.#child === null) this.#end({ ...noChild, cause: null });
    else this.#stopChild(this.#child, options);
    return this.ended;
  }

  /** A stopped process keeps its sockets, and the kernel accepts connections for it: its state comes first. */
  async #prove(pid: number, deadlineMs: number): Promise<TransportProof> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    const stopped = await withDeadline(clock, deadlineMs, findStopped([pid]));
    if (stopped !== 'deadline' && stopped.has(pid)) return { kind: 'dead', cause: describeCause('stopped') };
    const roundTrip = this.#plan?.roundTrip;
    if (roundTrip === undefined) return { kind: 'unprovable' };
    const leftMs = Math.max(0, deadlineMs - (clock.now() - startedAt));
    return stopped === 'deadline' ? { kind: 'silent' } : roundTrip(leftMs);
  }

  #handle(meaning: LineMeaning, stream: string, text: string): void {
    if (meaning.kind === 'chatter') return;
    if (meaning.kind === 'question') {
      void this.#awaitAnswer(meaning);
      return;
    }
    const line = redactedLine(text, this.#secrets);
    this.#request.log.debug(`${stream}: ${line}`);
    switch (meaning.kind) {
      case 'ready':
        this.#becomeReady(meaning.endpoint);
        return;
      case 'answered':
        if (meaning.mayExplainEnd === true) this.#remember(line);
        this.#resolveAnswered();
        return;
      case 'logging-in':
        this.#resolveLoggingIn();
        return;
      case 'hop-passed':
        this.#resolveHopPassed();
        return;
      case 'fatal':
        this.#abandon(meaning.cause);
        return;
      case 'complaint':
        if (meaning.mayExplainEnd) this.#remember(line);
        this.life.complain(meaning.cause);
        return;
      case 'evidence':
        this.#remember(line);
    }
  }

  #limitStart(): void {
    this.#startDeadline = this.#options.clock.after(this.#request.service.startTimeoutMs, () => {
      void this.#endStart();
    });
  }

  async #endStart(): Promise<void> {
    const question = (await this.#plan?.openQuestion?.()) ?? null;
    if (!this.#isStarting()) return;
    if (question !== null) {
      this.#request.log.info(`waiting for you ${question.prompt}`);
      void this.#awaitAnswer(question);
      return;
    }
    const cause = (await this.#plan?.explainTimeout?.()) ?? this.#startTimedOut();
    if (this.#isStarting()) this.#abandon(cause);
  }

  /** Without waiting for the user. */
  #isStarting(): boolean {
    return this.#openPrompts === 0 && !this.#isReady && !this.#isEnded;
  }

  async #awaitAnswer({ prompt, settled }: Question): Promise<void> {
    this.#request.log.debug(`prompts for ${JSON.stringify(redactedLine(prompt, this.#secrets))}`);
    this.#startDeadline?.cancel();
    this.#openPrompts += 1;
    const cause = await settled;
    this.#openPrompts -= 1;
    if (cause !== null) this.#abandon(cause);
    else if (this.#isStarting()) this.#limitStart();
  }

  #remember(line: string): void {
    this.#lastLines.push({ text: line, at: this.#options.clock.now() });
    if (this.#lastLines.length > maxLastLines) this.#lastLines.shift();
  }

  #recentLines(): readonly string[] {
    const since = this.#isReady ? this.#options.clock.now() - maxEvidenceAgeMs : -Infinity;
    return this.#lastLines.filter(({ at }) => at >= since).map(({ text }) => text);
  }

  async #probeReadiness(plan: ChildPlan): Promise<void> {
    const found = await plan.probeReadiness?.(this.#readinessProbe.signal);
    if (found === undefined || found === null) return;
    if (found.ok) this.#becomeReady(found.value);
    else this.#abandon(found.error);
  }

  #becomeReady(endpoint: Endpoint): void {
    if (this.#isReady || this.#isStopping) return;
    this.#isReady = true;
    // Earlier output no longer explains an end: "You have an expired token", and then the token was renewed.
    this.#lastLines.length = 0;
    this.#resolveAnswered();
    this.#startDeadline?.cancel();
    this.life.settleReady(ok(endpoint));
  }

  #stopChild(child: ChildProcess, options?: { readonly force?: boolean }): void {
    void child.stop(options);
    this.#plan?.wake?.();
  }

  /** Stops the child for a cause of our own. */
  #abandon(cause: Cause): void {
    if (this.#isStopping || this.#firstCause !== null) return;
    this.#firstCause = cause;
    this.life.settleReady(err(cause));
    if (this.#child !== null) this.#stopChild(this.#child);
  }

  async #finish(exit: ChildExit, plan: ChildPlan): Promise<void> {
    this.#startDeadline?.cancel();
    this.#readinessProbe.abort();
    await this.#cleanUp(plan);
    const { exitCode, signal } = exit;
    const lastLines = this.#recentLines();
    const found = this.#causeOf(exit, lastLines);
    const cause = found === null ? null : await this.#explained(found, plan);
    const isUnused = cause !== null && this.#isReady && plan.isUnused?.(cause) === true;
    this.#end({ cause, exitCode, signal, lastLines, ...(isUnused ? { isUnused } : {}) });
  }

  #causeOf({ exitCode, signal, startError }: ChildExit, lines: readonly string[]): Cause | null {
    if (this.#firstCause !== null) return this.#firstCause;
    if (this.#isStopping) return null;
    const { service } = this.#request;
    const privacy = thisPrivacy;
    return classifyFailure({ service, exitCode, signal, startError, lines, privacy });
  }

  async #explained(cause: Cause, { explainEnd }: ChildPlan): Promise<Cause> {
    const { signal } = this.#explanation;
    return explainEnd === undefined || signal.aborted ? cause : explainEnd(cause, signal);
  }

  async #cleanUp(plan: ChildPlan): Promise<void> {
    try {
      await plan.cleanUp();
    } catch (error) {
      this.#request.log.warn(`could not clean up after the tunnel: ${String(error)}`);
    }
  }

  #end(end: CarrierEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#startDeadline?.cancel();
    this.life.end(end);
  }

  #startTimedOut(): Cause {
    const { startTimeoutMs } = this.#request.service;
    const lastLine =
      this.#recentLines().findLast((line) => !isNoise(line)) ??
      `no sign of readiness within ${String(startTimeoutMs / 1000)} s`;
    const evidence = toEvidence(lastLine, this.#secrets);
    const limit = startLimit(startTimeoutMs);
    const { probeReadiness, awaits } = this.#plan ?? {};
    return probeReadiness === undefined || awaits !== undefined
      ? describeCause('timed-out', { what: awaits ?? 'The tunnel', limit, evidence })
      : describeCause('never-listened', { limit, evidence });
  }
}
