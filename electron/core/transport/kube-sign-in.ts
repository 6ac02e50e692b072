/**
 * A credential plugin may wait for a human at a sign-in page. kubectl does not say so, but while its plugin runs it has a child. So
 * the child is looked for where an answer does not come in time: with one, the human has 5 minutes; without one, the API server is
 * silent.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { type Clock, sleep } from '../clock.ts';
import { isMarkedError } from '../failure/evidence.ts';
import { failedSignIn } from '../failure/kube-answer.ts';
import type { Question } from './child-carrier.ts';
import { runningPlugin } from './credential-plugin.ts';

export interface KubeSignInParts {
  readonly service: ServiceSpec;
  readonly clock: Clock;
  /** What the command line of every kubectl of the session contains: the path of its socket. */
  readonly path: string;
  /** The process id of kubectl. */
  readonly kubectl: () => number | null;
  /** What kubectl and its plugin have said since they were last asked. */
  readonly words: () => readonly string[];
  readonly onHuman: () => void;
}

const humanMs = 300_000;
const pollMs = 2_000;
const pluginFailed = /\bgetting credentials: /;

export class KubeSignIn {
  /** More than any answer takes while a human signs in. */
  static readonly patienceMs = humanMs;
  readonly #parts: KubeSignInParts;
  readonly #startedAt: number;
  readonly #started = new AbortController();
  #tookHuman = false;
  /** The plugin runs since then, as far as is known; null: it does not. */
  #runsSince: number | null = null;

  constructor(parts: KubeSignInParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
  }

  get isRunning(): boolean {
    return this.#runsSince !== null;
  }

  /** At the start deadline: what it waits for; null: for no plugin. Never rejects. */
  async openQuestion(): Promise<Question | null> {
    const plugin = await this.#look();
    if (plugin === null || this.#started.signal.aborted) return null;
    this.#tookHuman = true;
    this.#parts.onHuman();
    return { kind: 'question', prompt: `to sign in with ${plugin}`, settled: this.#pluginEnded(plugin) };
  }

  /** The session is ready, or will never be. */
  endStart(): void {
    this.#started.abort();
    this.#runsSince = null;
  }

  /**
   * Before the first request: gcloud's kubectl runs the plugin once more, to learn the server's version, and goes on when it fails. To
   * ask then would open a second page.
   */
  failedBeforehand(): Cause | null {
    const { service, words } = this.#parts;
    return this.#tookHuman && words().some(isMarkedError) ? failedSignIn(service, words()) : null;
  }

  /** What a failure is after a human was asked: of a plugin, it is one that only the user retries. */
  causeAfter(cause: Cause): Cause {
    const { service, words } = this.#parts;
    const isPlugin = words().some((text) => pluginFailed.test(text));
    return this.#tookHuman && isPlugin ? failedSignIn(service, [cause.evidence ?? '', ...words()]) : cause;
  }

  /** Whether the plugin is what a request waits for, `afterMs` from now unless the signal aborts. Never rejects. */
  async lookAfter(afterMs: number, signal: AbortSignal): Promise<void> {
    if (await sleep(this.#parts.clock, afterMs, signal)) await this.#look();
  }

  /** A request was answered. */
  noteAnswer(): void {
    this.#runsSince = null;
  }

  /** The plugin has had its time, and nothing is answered before it ends. */
  overdue(): Cause | null {
    const { service, clock, words } = this.#parts;
    const isOverdue = this.#runsSince !== null && clock.now() - this.#runsSince >= humanMs;
    return isOverdue
      ? failedSignIn(service, ['the plugin did not finish within 5 minutes', ...words()])
      : null;
  }

  /** null: it has ended, and what kubectl makes of that follows. */
  async #pluginEnded(plugin: string): Promise<Cause | null> {
    const { service, clock, words } = this.#parts;
    const givesUpAt = this.#startedAt + humanMs;
    while (clock.now() < givesUpAt) {
      if (!(await sleep(clock, pollMs, this.#started.signal))) return null;
      if ((await this.#look()) === null) return null;
    }
    return failedSignIn(service, [`${plugin} did not finish within 5 minutes`, ...words()]);
  }

  async #look(): Promise<string | null> {
    const { clock, kubectl, path } = this.#parts;
    const pid = kubectl();
    const plugin = pid === null ? null : await runningPlugin(pid, path);
    this.#runsSince = plugin === null ? null : (this.#runsSince ?? clock.now());
    return plugin;
  }
}
