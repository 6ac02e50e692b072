/**
 * The config that runs. It is loaded at the start, again when the file changes or the user asks, and taken over entry by
 * entry: one at fault leaves in force what it said last, a file that cannot be read leaves everything. Without any file
 * the welcome config runs.
 */
import { existsSync } from 'node:fs';
import type { ConfigState } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { errorMessage, errorWithStack } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import { defaultClusterHealth, type ClusterHealthSpecs } from './cluster-health.ts';
import type { Environment } from './environment-substitution.ts';
import type { ConfigCompiler } from './config-compiler.ts';
import { loadConfig, type Loading } from './config-loader.ts';
import { fileError, formatProblem } from './config-problem.ts';
import { watchConfig, type ConfigWatcher } from './config-watcher.ts';
import { rememberLast } from './remembered-compilation.ts';
import { servicesInForce } from './services-in-force.ts';
import type { Welcome } from './welcome-config.ts';

export interface ConfigInForceParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** The file that is used, or that would be if it existed. Absolute. */
  readonly path: string;
  /** The user named this file: when it is missing that is a fault, and no reason to welcome anybody. */
  readonly isNamed: boolean;
  readonly homeDirectory: string;
  readonly uid: number;
  /** The variables that the file may use, as they are known now. */
  readonly environment: () => Environment;
  readonly compile: ConfigCompiler;
  readonly startWelcome: () => Promise<Welcome>;
  /** Told before the services are applied, so that no secret reaches a log. */
  readonly onSecrets: (values: readonly string[]) => void;
  /** Takes over what the config says; resolves when the services that leave have gone. */
  readonly apply: (services: readonly ServiceSpec[], clusterHealth: ClusterHealthSpecs) => Promise<void>;
  readonly onStateChange: () => void;
}

export class ConfigInForce {
  readonly #parts: ConfigInForceParts;
  #state: ConfigState;
  #watcher: ConfigWatcher | null = null;
  #welcome: Welcome | null = null;
  /** A file has been in force: without one, nothing that it said can stay so. */
  #hasLoaded = false;
  /** What the file said last, entry by entry. */
  #services: readonly ServiceSpec[] = [];
  #secrets: readonly string[] = [];
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

  /** Watches, also for a file that does not exist yet, and then loads for the first time: no save falls in between. */
  async start(): Promise<void> {
    const { path, clock, log } = this.#parts;
    this.#watcher = watchConfig({ path, clock, log, onChange: () => void this.reload() });
    await this.#watcher.ready;
    await this.reload();
  }

  /** Loads again and applies what changed. One after the other; never rejects. */
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
    const { path, log, environment, homeDirectory, uid } = this.#parts;
    if (this.#hasClosed()) return;
    if (!existsSync(path)) return this.#withoutFile();
    const context = { env: environment(), homeDirectory, uid, salvage: true };
    const loaded = await loadConfig(path, context, this.#loading);
    if (this.#hasClosed()) return;
    if (!loaded.ok) {
      for (const problem of loaded.error) log.error(`config: ${formatProblem(problem, path)}`);
      this.#become({ status: 'broken', path, problems: loaded.error });
      return;
    }
    const { clusterHealth, warnings, secrets } = loaded.value;
    const services = servicesInForce(loaded.value, this.#services);
    for (const problem of warnings)
      log[problem.severity === 'error' ? 'error' : 'warn'](`config: ${formatProblem(problem, path)}`);
    // Also of what stays in force though the file does not say it now.
    this.#secrets =
      services.length > loaded.value.services.length ? [...new Set([...this.#secrets, ...secrets])] : secrets;
    this.#parts.onSecrets(this.#secrets);
    const { length } = loaded.value.services;
    log.info(`config: ${path} has ${length} ${length === 1 ? 'service' : 'services'}`);
    this.#hasLoaded = true;
    this.#services = services;
    const hasErrors = warnings.some(({ severity }) => severity === 'error');
    this.#become({ status: hasErrors ? 'partial' : 'loaded', path, problems: warnings });
    await this.#parts.apply(services, clusterHealth);
    await this.#welcome?.close();
    this.#welcome = null;
  }

  /** A config that vanished under a running app is a mistake to be told of, not a wish to stop everything. */
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
    this.#parts.log.info(`config: none at ${this.#parts.path}; showing the welcome page`);
    this.#welcome ??= await this.#parts.startWelcome();
    if (this.#hasClosed()) return;
    this.#become({ status: 'welcome', path: this.#parts.path, problems: [] });
    await this.#parts.apply(this.#welcome.services, defaultClusterHealth);
  }

  /** Asked anew after each await: a shutdown must not start what it then has to stop. */
  #hasClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** A fault of ours, or a machine without a free port: told, and the next reload tries again. */
  #noteFailure(error: unknown): void {
    const message = `the config could not be taken over: ${errorMessage(error)}`;
    this.#parts.log.error(`config: ${errorWithStack(error)}`);
    this.#become({ ...this.#state, problems: [fileError(message)] });
  }

  #missFile(message: string): void {
    const { path, log } = this.#parts;
    log.error(`config: ${path}: ${message}`);
    this.#become({ status: 'broken', path, problems: [fileError(message)] });
  }

  #become(state: ConfigState): void {
    this.#state = state;
    this.#parts.onStateChange();
  }
}
