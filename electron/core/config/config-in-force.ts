/**
 * The config that runs. It is loaded at the start, and again when the file changes or the user requests it, and applied entry
 * by entry: for an entry with an error its last valid version stays in force, and for an unreadable file everything does.
 * Without a file the welcome config runs, until there is one with a service. If a file needs trust, only trusted texts are applied.
 */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ConfigState } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import type { Clock } from '../clock.ts';
import { errorMessage, errorWithStack } from '../lifecycle/error-text.ts';
import { writeFailureFix } from '../files/write-failure.ts';
import type { Logger } from '../observability/logger.ts';
import { defaultClusterHealth, type ClusterHealthSpecs } from './cluster-health.ts';
import type { Environment } from './environment-substitution.ts';
import type { ConfigCompiler } from './config-compiler.ts';
import { loadConfig, type Loading, type ReadConfig } from './config-loader.ts';
import { reviewOf } from './config-review.ts';
import { fileError, describeProblem } from './config-problem.ts';
import { watchConfig, type ConfigWatcher } from './config-watcher.ts';
import { rememberLast } from './remembered-compilation.ts';
import { servicesInForce } from './services-in-force.ts';
import type { ConfigIdentity, TrustStore } from './trust-store.ts';
import type { Welcome } from './welcome-config.ts';

export interface ConfigInForceParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** The file that is used, or would be used if it existed. Absolute. */
  readonly path: string;
  /** The user named this file: if it is missing, that is an error, and no reason for the welcome config. */
  readonly isNamed: boolean;
  /** The texts of the file that the user has trusted; null: the file is trusted by its location, or because the user named it. */
  readonly trust?: TrustStore | null;
  readonly homeDirectory: string;
  readonly uid: number;
  /** The variables that the file may use, with their current values. */
  readonly environment: () => Environment;
  readonly compile: ConfigCompiler;
  readonly startWelcome: () => Promise<Welcome>;
  /** Called before the services are applied, so that no secret reaches a log. */
  readonly onSecrets: (values: readonly string[]) => void;
  /** Applies the config; resolves when the removed services have stopped. */
  readonly apply: (services: readonly ServiceSpec[], clusterHealth: ClusterHealthSpecs) => Promise<void>;
  readonly onStateChange: () => void;
}

interface Finding {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

export class ConfigInForce {
  readonly #parts: ConfigInForceParts;
  #state: ConfigState;
  #watcher: ConfigWatcher | null = null;
  #welcome: Welcome | null = null;
  /** A file has been in force before: otherwise there is no earlier version to keep. */
  #hasLoaded = false;
  /** The last valid version of each entry. */
  #services: readonly ServiceSpec[] = [];
  #secrets: readonly string[] = [];
  /** The current text of the file, while it is not trusted. */
  #reviewed: ConfigIdentity | null = null;
  /** The last findings in the log. */
  #told: { readonly findings: readonly Finding[]; readonly digest: string } | null = null;
  #turn: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  readonly #loading: Loading;

  constructor(parts: ConfigInForceParts) {
    this.#parts = parts;
    this.#loading = { compile: rememberLast(parts.compile), signal: this.#closing.signal };
    this.#state = { status: 'welcome', path: parts.path, problems: [] };
  }

  get path(): string {
    return this.#parts.path;
  }

  get state(): ConfigState {
    return this.#state;
  }

  /** Starts watching, also for a file that does not exist yet, and then loads it for the first time, so that no save is missed. */
  async start(): Promise<void> {
    const { path, clock, log } = this.#parts;
    this.#watcher = watchConfig({ path, clock, log, onChange: () => void this.reload() });
    await this.#watcher.ready;
    await this.reload();
  }

  /** Loads the file again and applies the changes. Runs one at a time; never rejects. */
  reload(): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#load())
      .catch((error: unknown) => {
        this.#noteFailure(error);
      });
    return this.#turn;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watcher?.close();
    await this.#turn;
    await this.#welcome?.close();
  }

  async #load(): Promise<void> {
    const { path, environment, homeDirectory, uid } = this.#parts;
    if (this.#hasClosed()) return;
    if (!existsSync(path)) return this.#withoutFile();
    const context = { env: environment(), homeDirectory, uid, salvage: true };
    const loaded = await loadConfig(path, context, this.#loading);
    if (this.#hasClosed()) return;
    if (!loaded.ok) {
      this.#tell(loaded.error.map((problem) => ({ level: 'error', text: describeProblem(problem, path) })));
      this.#become({ status: 'broken', path, problems: loaded.error });
      return;
    }
    if (!(await this.#isTrusted(loaded.value)) || this.#hasClosed()) return;
    const { clusterHealth, warnings, secrets } = loaded.value;
    const services = servicesInForce(loaded.value, this.#services);
    // Including secrets of entries that stay in force although the file no longer contains them.
    this.#secrets =
      services.length > loaded.value.services.length ? [...new Set([...this.#secrets, ...secrets])] : secrets;
    this.#parts.onSecrets(this.#secrets);
    const { length } = loaded.value.services;
    const count = `${path} has ${length} ${length === 1 ? 'service' : 'services'}`;
    this.#tell(
      [
        ...warnings.map((problem) => ({
          level: problem.severity === 'error' ? ('error' as const) : ('warn' as const),
          text: describeProblem(problem, path),
        })),
        { level: 'info', text: count },
      ],
      loaded.value.identity.digest,
    );
    this.#hasLoaded = true;
    this.#services = services;
    const hasErrors = warnings.some(({ severity }) => severity === 'error');
    this.#become({ status: hasErrors ? 'partial' : 'loaded', path, problems: warnings });
    if (services.length === 0 && this.#welcome !== null) {
      // A file without services does not remove the user's only forward.
      await this.#parts.apply(this.#welcome.services, clusterHealth);
      return;
    }
    await this.#parts.apply(services, clusterHealth);
    await this.#welcome?.close();
    this.#welcome = null;
  }

  /** Judges the text that was compiled: nothing is read again. */
  async #isTrusted(loaded: ReadConfig): Promise<boolean> {
    const { trust, path } = this.#parts;
    if (!trust) return true;
    const record = await trust.recordOf(loaded.identity);
    if (record === 'trusted') return true;
    const what = `${path} ${record === 'changed' ? 'has changed and ' : ''}is not trusted`;
    this.#tell(
      [{ level: 'warn', text: `${what}: localport trust ${shellWord(path)}` }],
      loaded.identity.digest,
    );
    this.#reviewed = loaded.identity;
    this.#become({
      status: 'untrusted',
      path,
      problems: [],
      review: reviewOf(loaded, loaded.identity, record),
    });
    return false;
  }

  /**
   * The user trusts the reviewed text, which is then applied. The error is a sentence, for example that the file has changed
   * since, or that the record cannot be written.
   */
  async trustReviewed(digest: string): Promise<Result<void, string>> {
    const { trust, path } = this.#parts;
    const reviewed = this.#reviewed;
    if (!trust) return err(`${path} needs no trust`);
    if (reviewed?.digest !== digest || this.#state.status !== 'untrusted')
      return err(`${path} has changed since it was reviewed: review it again`);
    try {
      await trust.trust(reviewed);
    } catch (error) {
      const reason = errorMessage(error);
      return err(`the trust in ${path} could not be recorded: ${reason}. ${writeFailureFix(reason)}`);
    }
    await this.reload();
    return ok(undefined);
  }

  /** The user revokes the trust in all texts of the file, and its services stop. */
  async untrust(): Promise<Result<void, string>> {
    const { trust, path } = this.#parts;
    if (!trust) return err(`${path} needs no trust: it was named by hand, or is trusted for where it is`);
    const end = this.#turn.then(async () => {
      await trust.untrust(await realpath(path).catch(() => path));
      this.#services = [];
      this.#hasLoaded = false;
      await this.#parts.apply([], defaultClusterHealth);
    });
    this.#turn = end.catch((error: unknown) => {
      this.#noteFailure(error);
    });
    await this.reload();
    return ok(undefined);
  }

  /** A config that disappears while the app runs is an error to report, not a request to stop everything. */
  async #withoutFile(): Promise<void> {
    if (this.#hasLoaded) {
      this.#missFile('the file is gone; what it said last stays in force');
      return;
    }
    if (this.#parts.isNamed) {
      this.#missFile('there is no such file');
      return;
    }
    if (this.#welcome !== null && this.#state.status === 'welcome') return;
    this.#tell([{ level: 'info', text: `none at ${this.#parts.path}; showing the welcome page` }]);
    this.#welcome ??= await this.#parts.startWelcome();
    if (this.#hasClosed()) return;
    this.#become({ status: 'welcome', path: this.#parts.path, problems: [] });
    await this.#parts.apply(this.#welcome.services, defaultClusterHealth);
  }

  /** Evaluated again after each await: a shutdown must not start services that it then has to stop. */
  #hasClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** An internal error, or a machine without a free port: reported, and retried on the next reload. */
  #noteFailure(error: unknown): void {
    const message = `the config could not be taken over: ${errorMessage(error)}`;
    this.#parts.log.error(`config: ${errorWithStack(error)}`);
    this.#become({ ...this.#state, problems: [fileError(message)] });
  }

  #missFile(message: string): void {
    const { path } = this.#parts;
    this.#tell([{ level: 'error', text: `${path}: ${message}` }]);
    this.#become({ status: 'broken', path, problems: [fileError(message)] });
  }

  /**
   * Logs what a load has found. If the last one found the same, only for debugging: the file is read again whenever a service is
   * retried or a credential changes.
   */
  #tell(findings: readonly Finding[], digest = ''): void {
    const isRepeated = isDeepStrictEqual(this.#told, { findings, digest });
    this.#told = { findings, digest };
    for (const { level, text } of findings) this.#parts.log[isRepeated ? 'debug' : level](`config: ${text}`);
  }

  #become(state: ConfigState): void {
    this.#state = this.#parts.trust ? { ...state, needsTrust: true } : state;
    this.#parts.onStateChange();
  }
}
