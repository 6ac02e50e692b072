/**
 * A credential plugin may wait for the user at a sign-in page. kubectl does not report that, but has a child
 * process while its plugin is running. So LocalPort looks for the child when an answer is late: if there is one,
 * the user is told, and has 5 minutes; if not, the API server does not respond.
 */
import type { Cause } from '../../../shared/failure.ts';
import { signInWords } from '../../../shared/prompt-words.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { type Clock, sleep } from '../clock.ts';
import { isMarkedError } from '../failure/evidence.ts';
import { failedSignIn } from '../failure/kube-answer.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import type { Question } from '../transport/child-carrier.ts';
import { runningPlugin } from './credential-plugin.ts';

export interface KubeSignInParts {
  readonly service: ServiceSpec;
  readonly clock: Clock;
  /** Text that the command line of every kubectl of the session contains: the path of its socket. */
  readonly path: string;
  /** The process id of kubectl. */
  readonly kubectl: () => number | null;
  /** Lines that kubectl and its plugin have printed since the last request. */
  readonly stderrLines: () => readonly string[];
  readonly onUserNeeded: () => void;
  readonly prompts: PromptQueue;
  /** Those that wait for the session. */
  readonly services: () => readonly string[];
}

const signInTimeoutMs = 300_000;
const pollMs = 2_000;
/** Plugins that need no user are quicker. */
const quickMs = 4_000;
const pluginFailed = /\bgetting credentials: /;

export class KubeSignIn {
  /** Longer than any answer takes while the user signs in. */
  static readonly maxWaitMs = signInTimeoutMs;
  readonly #parts: KubeSignInParts;
  readonly #startedAt: number;
  readonly #started = new AbortController();
  #neededUser = false;
  /** When the plugin was first seen running; null: it is not known to be running. */
  #runsSince: number | null = null;
  /** Counts the times that no plugin was running: a look from before says nothing about now. */
  #ended = 0;
  /** Aborting it withdraws what the user is told. */
  #told: AbortController | null = null;

  constructor(parts: KubeSignInParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    void this.#watchStart();
  }

  get isRunning(): boolean {
    return this.#runsSince !== null;
  }

  /** At the start deadline: the prompt of the running plugin; null: no plugin is running. Never rejects. */
  async openQuestion(): Promise<Question | null> {
    const plugin = await this.#checkPlugin();
    if (plugin === null || this.#started.signal.aborted) return null;
    this.#neededUser = true;
    this.#parts.onUserNeeded();
    return { kind: 'question', prompt: `to sign in with ${plugin}`, settled: this.#pluginEnded(plugin) };
  }

  /** The session is ready, or has ended. */
  endStart(): void {
    this.#started.abort();
    this.#noteNone();
  }

  /**
   * Call it before the first request. gcloud's kubectl first runs the plugin once to learn the server's version,
   * and continues if that fails. A request would then open a second sign-in page.
   */
  failedBeforeRequest(): Cause | null {
    const { service, stderrLines } = this.#parts;
    return this.#neededUser && stderrLines().some(isMarkedError)
      ? failedSignIn(service, stderrLines())
      : null;
  }

  /** The final cause of a failure. If the plugin failed after it prompted the user, only the user can retry. */
  causeAfter(cause: Cause): Cause {
    const { service, stderrLines } = this.#parts;
    const isPlugin = stderrLines().some((text) => pluginFailed.test(text));
    return this.#neededUser && isPlugin
      ? failedSignIn(service, [cause.evidence ?? '', ...stderrLines()])
      : cause;
  }

  /**
   * Checks after `afterMs`, unless the signal aborts, whether a request is waiting for the plugin. Never rejects.
   */
  async checkPluginAfter(afterMs: number, signal: AbortSignal): Promise<void> {
    if (await sleep(this.#parts.clock, afterMs, signal)) await this.#checkPlugin();
  }

  /** A request was answered. */
  noteAnswer(): void {
    this.#noteNone();
  }

  /** Returns a cause once the plugin has run too long: no request is answered before it exits. */
  overdue(): Cause | null {
    const { service, clock, stderrLines } = this.#parts;
    const isOverdue = this.#runsSince !== null && clock.now() - this.#runsSince >= signInTimeoutMs;
    return isOverdue
      ? failedSignIn(service, ['the plugin did not finish within 5 minutes', ...stderrLines()])
      : null;
  }

  /** null: it has exited, and kubectl's own result follows. */
  async #pluginEnded(plugin: string): Promise<Cause | null> {
    const { service, clock, stderrLines } = this.#parts;
    const deadlineAt = this.#startedAt + signInTimeoutMs;
    while (clock.now() < deadlineAt) {
      if (!(await sleep(clock, pollMs, this.#started.signal))) return null;
      if ((await this.#checkPlugin()) === null) return null;
    }
    return failedSignIn(service, [`${plugin} did not finish within 5 minutes`, ...stderrLines()]);
  }

  async #checkPlugin(): Promise<string | null> {
    const { clock, kubectl, path } = this.#parts;
    const pid = kubectl();
    const endedBefore = this.#ended;
    const plugin = pid === null ? null : await runningPlugin(pid, path);
    if (plugin === null) this.#noteNone();
    else if (this.#ended === endedBefore) {
      this.#runsSince ??= clock.now();
      if (clock.now() - this.#runsSince >= quickMs) this.#tellUser(plugin);
    }
    return plugin;
  }

  async #watchStart(): Promise<void> {
    while (!this.#neededUser && (await sleep(this.#parts.clock, pollMs, this.#started.signal)))
      await this.#checkPlugin();
  }

  #noteNone(): void {
    this.#ended += 1;
    this.#runsSince = null;
    this.#told?.abort();
    this.#told = null;
  }

  #tellUser(plugin: string): void {
    const { prompts, services } = this.#parts;
    if (this.#told !== null) return;
    this.#told = new AbortController();
    const question = { asker: plugin, words: signInWords, kind: 'sign-in', isRepeated: false } as const;
    void prompts.ask({ ...question, services, sameAs: null }, this.#told.signal);
  }
}
