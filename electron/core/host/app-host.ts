/**
 * The supervisor with everything that it needs, without a user interface: config, tunnels, health, sleep, logs, shutdown.
 * The menu-bar app and the headless daemon each add their own surface to it.
 */
import path from 'node:path';
import type { DiagnosticSection, PortChoice } from '../../../shared/control-contract.ts';
import type { EnvironmentState } from '../../../shared/environment-state.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceEditor } from '../../../shared/service-edit.ts';
import type { ServiceDetails } from '../../../shared/service-details.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import type { Desired, HostInfo, Snapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { AppPaths } from '../config/app-paths.ts';
import { AutoPortStore, autoPortFileName } from '../config/auto-port-store.ts';
import type { ConfigCompiler } from '../config/config-compiler.ts';
import { kubeconfigsOf } from '../config/needed-file.ts';
import { ConfigInForce } from '../config/config-in-force.ts';
import { ConfigEditor } from '../config/edit/config-editor.ts';
import { EditJournal } from '../config/edit/edit-journal.ts';
import type { WorkOnText } from '../config/edit/text-work.ts';
import type { FoundConfig } from '../config/config-search.ts';
import { openDesiredStore, type DesiredStore } from '../config/desired-store.ts';
import { writeStarterConfig } from '../config/starter-config.ts';
import { TrustStore } from '../config/trust-store.ts';
import { startWelcome } from '../config/welcome-config.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { ShutdownReport } from '../lifecycle/shutdown-report.ts';
import { TaskManager, type LivingTask } from '../lifecycle/task-manager.ts';
import { TargetSources } from '../import/target-sources.ts';
import { emptyDay } from '../observability/day-history.ts';
import { readLast, type FollowedLog } from '../observability/followed-log.ts';
import type { LogStore } from '../observability/log-store.ts';
import type { Logger } from '../observability/logger.ts';
import type { LivingChild } from '../process/child-launcher.ts';
import { diagnosticReport } from '../observability/diagnostic-report.ts';
import { createPseudonyms } from '../observability/pseudonyms.ts';
import { stateDump } from '../observability/state-dump.ts';
import { openAtLine } from '../process/editor-launch.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import type { TransportReport } from '../pool/transport-pool.ts';
import { Scope } from '../scope.ts';
import { findLoginShell, loginName, shellToAsk } from '../process/login-shell.ts';
import { ChildProcesses } from './child-processes.ts';
import { collectDiagnostics } from './diagnostics.ts';
import { Forwarding } from './forwarding.ts';
import { AgentKeys } from './agent-keys.ts';
import { HostKeys } from './host-keys.ts';
import { HostShutdown } from './host-shutdown.ts';
import type { HostNotices } from './host-notices.ts';
import { MachineWatch, type MachineEvent } from './machine-watch.ts';
import { LocalPorts } from './local-ports.ts';
import { namedListenAddresses } from './port-choice.ts';
import { ServiceSwitch } from './service-switch.ts';
import { findRemains } from './shutdown-verification.ts';
import { HiddenValues } from './hidden-values.ts';
import { RemedyRunner } from './remedy-runner.ts';
import { SnapshotPublisher } from './snapshot-publisher.ts';

export interface HostReport {
  readonly snapshot: Snapshot;
  readonly tasks: readonly LivingTask[];
  readonly children: readonly LivingChild[];
  /** Health monitors that are watching. */
  readonly monitors: number;
  readonly transports: readonly TransportReport[];
  /** Names of the resources that the host holds, oldest first. */
  readonly owned: readonly string[];
}

export interface AppHostOptions {
  readonly kind: HostInfo['kind'];
  readonly version: string;
  /** The config file in use, or the one that would be used if it existed. */
  readonly config: FoundConfig;
  readonly paths: AppPaths;
  readonly processEnv: NodeJS.ProcessEnv;
  readonly homeDirectory: string;
  readonly uid: number;
  readonly clock: Clock;
  readonly logs: LogStore;
  readonly notices: HostNotices;
  readonly compileConfig: ConfigCompiler;
  readonly editConfig: WorkOnText;
  /** Services stay off until the user turns them on, for this run. */
  readonly allOff?: boolean;
}

interface PreparedParts {
  readonly children: ChildProcesses;
  readonly desired: DesiredStore;
  readonly chosenPorts: AutoPortStore;
}

const cancelTasksMs = 10_000;

export class AppHost {
  readonly scope = new Scope('host');
  /** Adds, changes and removes services in the config. */
  readonly editor: ServiceEditor;
  /** The shutdown, which others may join. */
  readonly ending: HostShutdown;
  readonly #options: AppHostOptions;
  readonly #log: Logger;
  readonly #info: Omit<HostInfo, 'notices'>;
  readonly #tasks: TaskManager;
  readonly #children: ChildProcesses;
  readonly #desired: DesiredStore;
  readonly #localPorts: LocalPorts;
  readonly #switch: ServiceSwitch;
  readonly #forwarding: Forwarding;
  readonly #config: ConfigInForce;
  readonly #publisher: SnapshotPublisher;
  readonly #hidden: HiddenValues;
  /** Tests of services that are not in the config yet. */
  readonly #trials = new AbortController();
  readonly #targets: TargetSources;
  /** Runs what the user wants to run for a cause. */
  readonly remedies: RemedyRunner;
  /** Host keys that the user may trust. */
  readonly hostKeys: HostKeys;
  /** Keys that the user's agent may hold. */
  readonly agentKeys: AgentKeys;
  #machine: MachineWatch | null = null;
  /** The services as in the config. */
  #specs: readonly ServiceSpec[] = [];
  /** The kubeconfigs that services name. */
  #kubeconfigs: readonly string[] = [];
  #stopLive: (() => void) | null = null;

  private constructor(options: AppHostOptions, { children, desired, chosenPorts }: PreparedParts) {
    const { clock, logs, paths } = options;
    const log = logs.app;
    this.#options = options;
    this.#log = log;
    this.#children = children;
    this.#desired = desired;
    this.#info = {
      kind: options.kind,
      pid: process.pid,
      version: options.version,
      since: clock.wallNow(),
      logDirectory: paths.logDirectory,
    };
    this.#tasks = new TaskManager({ clock, log });
    this.ending = new HostShutdown(clock, logs);
    this.#hidden = new HiddenValues(logs);
    this.#publisher = new SnapshotPublisher(clock, log, () => this.snapshot());
    options.notices.onChange(() => {
      this.#publisher.touch();
    });
    this.#forwarding = new Forwarding({
      clock,
      logs,
      launcher: children.launcher,
      runtimeDirectory: paths.runtimeDirectory,
      stateDirectory: paths.stateDirectory,
      homeDirectory: options.homeDirectory,
      desired,
      environment: () => children.environment.current(),
      onChange: () => {
        this.#publisher.touch();
      },
      recheckConfig: () => void this.#config.reload(),
      onSecret: (value) => {
        this.#hidden.add(value);
      },
      onAnswerStored: (failure) => {
        options.notices.report('keychain', failure);
      },
    });
    // The popover is always there to ask.
    if (options.kind === 'menu-bar') this.#forwarding.prompts.attend();
    this.#localPorts = new LocalPorts({
      clock,
      log,
      store: chosenPorts,
      forwarding: this.#forwarding,
      desired,
      notices: options.notices,
      hasConfig: () => this.#config.state.status !== 'welcome',
    });
    this.#switch = new ServiceSwitch({
      clock,
      log,
      desired,
      localPorts: this.#localPorts,
      forwarding: this.#forwarding,
      reloadConfig: () => this.#config.reload(),
      onChange: () => {
        this.#publisher.touch();
      },
    });
    this.scope.own('pauses', () => {
      this.#switch.close();
    });
    this.#config = new ConfigInForce({
      clock,
      log,
      path: options.config.path,
      isNamed: options.config.foundBy === 'option' || options.config.foundBy === 'environment',
      trust: options.config.foundBy === 'folder' ? new TrustStore(paths.stateDirectory) : null,
      homeDirectory: options.homeDirectory,
      uid: options.uid,
      environment: () => children.environment.current(),
      compile: options.compileConfig,
      startWelcome: () => startWelcome({ configPath: options.config.path }),
      onSecrets: (values) => {
        this.#hidden.setOfConfig(values);
      },
      apply: async (services, clusterHealth) => {
        this.#specs = services;
        this.#kubeconfigs = kubeconfigsOf(services);
        this.#machine?.watchKubeconfigs(this.#kubeconfigs);
        await this.#localPorts.apply(services, clusterHealth);
        desired.settle();
      },
      onStateChange: () => {
        this.#publisher.touch();
      },
    });
    this.editor = this.#createEditor();
    this.#targets = new TargetSources({
      environment: () => children.environment.current(),
      homeDirectory: options.homeDirectory,
      services: () => this.#forwarding.supervisor.snapshot(),
    });
    this.remedies = new RemedyRunner({
      clock,
      launcher: children.launcher,
      services: () => this.#forwarding.supervisor.snapshot(),
      redact: (line) => options.logs.redact(line),
      kubeconfigOf: (name) => {
        const connection = this.#connectionOf(name);
        return connection?.technology === 'kubectl' ? connection.kubeconfig : null;
      },
      onSignedIn: (names) => this.retry(names),
    });
    this.hostKeys = new HostKeys({
      environment: () => children.environment.current(),
      homeDirectory: options.homeDirectory,
      specs: () => this.#specs,
      services: () => this.#forwarding.supervisor.snapshot(),
      onTrusted: (names) => this.forceRetry(names),
    });
    this.agentKeys = new AgentKeys({
      clock,
      launcher: children.launcher,
      prompts: this.#forwarding.prompts,
      platform: process.platform,
      environment: () => children.environment.current(),
      runtimeDirectory: paths.runtimeDirectory,
      specs: () => this.#specs,
      services: () => this.#forwarding.supervisor.snapshot(),
      onAdded: (names) => this.forceRetry(names),
    });
    this.scope.own('remedies', () => this.remedies.cancel());
    this.scope.own('ssh-add', () => this.agentKeys.cancel());
    this.scope.own('config', () => {
      this.#trials.abort();
      return this.#config.close();
    });
    this.#joinShutdown();
  }

  #connectionOf(name: string): Connection | undefined {
    return this.#specs.find((spec) => spec.name === name)?.connection;
  }

  #createEditor(): ConfigEditor {
    const { clock, paths, config, uid, homeDirectory, compileConfig, editConfig } = this.#options;
    const { stateDirectory } = paths;
    return new ConfigEditor({
      path: this.#config.path,
      needsTrust: config.foundBy === 'folder',
      trust: new TrustStore(stateDirectory),
      journal: new EditJournal(stateDirectory, clock),
      stateDirectory,
      uid,
      homeDirectory,
      environment: () => this.#children.environment.current(),
      compile: compileConfig,
      work: editConfig,
      clock,
      listenAddresses: () => Promise.resolve(namedListenAddresses(this.#forwarding.supervisor.snapshot())),
      tryOut: (service) => this.#forwarding.tryOut(service, this.#trials.signal),
      onWritten: (renamed) => this.#takeOver(renamed),
    });
  }

  /** A renamed service stays on or off, as the user chose. */
  async #takeOver(renamed: { readonly from: string; readonly to: string } | null): Promise<void> {
    const former = this.#forwarding.supervisor.snapshot().find(({ name }) => name === renamed?.from);
    if (renamed !== null && former !== undefined) {
      this.#desired.set(renamed.to, former.desired, this.#desired.passing().get(renamed.from)?.until);
    }
    await this.#config.reload();
  }

  /** Cleans up after an earlier run and prepares everything; nothing is forwarded before `start`. */
  static async create(options: AppHostOptions): Promise<AppHost> {
    const { clock, paths, processEnv, logs, notices, allOff = false } = options;
    let host: AppHost | null = null;
    const onStopped = (pid: number): void => host?.processStopped(pid);
    const children = await ChildProcesses.prepare({ paths, processEnv, clock, log: logs.app, onStopped });
    const desired = await openDesiredStore({
      path: path.join(paths.stateDirectory, 'desired.json'),
      log: logs.app,
      allOff,
      onWritable: (failure) => {
        notices.report('state', failure);
      },
      onUnreadable: (why) => {
        notices.report('choices', why);
      },
    });
    const chosenPorts = await AutoPortStore.open(path.join(paths.stateDirectory, autoPortFileName), logs.app);
    host = new AppHost(options, { children, desired, chosenPorts });
    return host;
  }

  /** Loads the config and starts the forwards. Resolves when they are starting, without waiting for any of them. */
  async start(): Promise<void> {
    // A service may have become due while no host was running.
    this.#switch.checkTimes();
    await this.#config.start();
    // The user may have quit in the meantime.
    if (this.scope.isClosed) return;
    this.#machine = this.#watchMachine();
    this.#machine.watchKubeconfigs(this.#kubeconfigs);
  }

  snapshot(): Snapshot {
    const { notices, logs } = this.#options;
    const passing = this.#desired.passing();
    const services = this.#forwarding.supervisor.snapshot().map((service) => {
      const time = passing.get(service.name);
      const until = time?.desired === service.desired ? time.until : undefined;
      const moment = service.desired === 'off' ? { offUntil: until } : { offAt: until };
      const cause = service.cause === null ? null : logs.redactCause(service.cause);
      return { ...service, cause, ...(until === undefined ? {} : moment) };
    });
    return {
      host: { ...this.#info, notices: notices.sentences },
      config: this.#config.state,
      services,
      prompts: this.#forwarding.prompts.prompts(),
    };
  }

  answerPrompt(id: string, answer: string | null, remember: boolean): boolean {
    const { prompts } = this.#forwarding;
    return answer === null ? prompts.dismiss(id) : prompts.answer(id, answer, { remember });
  }

  /** Questions that wait for the user. */
  get prompts(): PromptQueue {
    return this.#forwarding.prompts;
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    return this.#publisher.subscribe(listener);
  }

  /** While the popover is live, counters are published once a second. */
  setLive(live: boolean): void {
    this.#stopLive?.();
    this.#stopLive = live ? this.watchLive() : null;
  }

  /** Counters are published once a second until the returned function is called. */
  watchLive(): () => void {
    return this.#publisher.watchLive();
  }

  /** Resolves when the change has started. `until`: off only until then, in epoch ms. */
  setDesired(name: string, desired: Desired, until?: number): Promise<void> {
    return this.#switch.set(name, desired, until);
  }

  setDesiredForTag(tag: string | null, desired: Desired, until?: number): Promise<void> {
    return this.#switch.setTag(tag, desired, until);
  }

  /** The service that must be off before this one can be turned on; null: none. */
  holderOf(name: string): string | null {
    return this.#switch.holderOf(name);
  }

  /** Turns one service on at another local port, for this run. The result is the port; the error is a sentence. */
  turnOnAt(name: string, wanted: PortChoice): Promise<Result<number, string>> {
    return this.#switch.turnOnAt(name, wanted);
  }

  /** Retries unhealthy services now. Reloads the config first, since a missing file such as a key may exist by now. */
  retry(names: readonly string[]): Promise<void> {
    return this.#switch.ask('retry', names);
  }

  /** Gives services that are on a new tunnel; reloads the config first, as `retry` does. */
  restart(names: readonly string[]): Promise<void> {
    return this.#switch.ask('restart', names);
  }

  /** Like `restart`, but tries even while the transport is down. */
  forceRetry(names: readonly string[]): Promise<void> {
    return this.#switch.ask('forceRetry', names);
  }

  /** Like `forceRetry`, but the user is asked for a password that the config has and the server refused. */
  async logIn(names: readonly string[]): Promise<void> {
    const replaced = this.#forwarding.supervisor.snapshot().filter(({ name, cause }) => {
      const action = cause?.action;
      return names.includes(name) && action?.kind === 'log-in' && action.replacesStored;
    });
    this.#forwarding.replaceStored(replaced.map(({ name }) => name));
    await this.forceRetry(names);
  }

  /** The contexts in the kubeconfig of this service. Rejects with a sentence. */
  contextsFor(name: string): Promise<readonly string[]> {
    const connection = this.#connectionOf(name);
    if (connection?.technology !== 'kubectl')
      return Promise.reject(new Error(`${name} has no Kubernetes context`));
    return this.#targets.contexts(connection.kubeconfig);
  }

  /** Moves services to kubectl's current context; those that already use it stay untouched. */
  useCurrentContext(names: readonly string[]): void {
    this.#switch.useCurrentContext(names);
  }

  reload(): Promise<void> {
    return this.#config.reload();
  }

  /** The user trusts the text that was reviewed. The error is a sentence. */
  trustConfig(digest: string): Promise<Result<void, string>> {
    return this.#config.trustReviewed(digest);
  }

  /** The user revokes trust in the config: its services stop. */
  untrustConfig(): Promise<Result<void, string>> {
    return this.#config.untrust();
  }

  configPath(): string {
    return this.#config.path;
  }

  /** Writes a config to start from, unless there is one. The error is a sentence. */
  async createConfig(): Promise<Result<void, string>> {
    const { path } = this.#config;
    try {
      await writeStarterConfig(path, { stateDirectory: this.#options.paths.stateDirectory });
      return ok(undefined);
    } catch (error) {
      return err(`${path} could not be created: ${errorMessage(error)}`);
    }
  }

  /** Opens the config in an editor that can open a file at a line. False: there is none. */
  openConfigAt(line: number): Promise<boolean> {
    return openAtLine(this.#config.path, line, this.#children.environment.current());
  }

  /** Details of a service that its snapshot does not have; empty if the service does not exist. */
  serviceDetails(name: string): ServiceDetails {
    const { spans, outages } = this.#forwarding.supervisor.day(name) ?? emptyDay;
    const service = this.#forwarding.supervisor.snapshot().find((one) => one.name === name);
    const pid = service?.pid ?? null;
    const command = service?.technology === 'command' ? service.route : (service?.technology ?? null);
    return { spans, outages, process: pid === null ? null : { pid, command } };
  }

  /** The last lines of a log, then new lines as they are written, until stopped. `name`: null for LocalPort's own log. */
  followLog(
    name: string | null,
    {
      tailLines,
      onLines,
    }: { readonly tailLines: number; readonly onLines: (lines: readonly string[]) => void },
  ): FollowedLog {
    const { logs } = this.#options;
    // In one turn of the event loop, so that no line is lost between reading and following.
    const log = logs.open(name);
    const stop = logs.follow(name, onLines);
    return { last: readLast(log, tailLines), stop };
  }

  /** The state of the login shell's environment, which children run with. */
  environmentState(): EnvironmentState {
    return {
      shell: shellToAsk(findLoginShell(this.#options.processEnv)),
      capturedAt: this.#children.environment.capturedAt(),
    };
  }

  /** Reads the environment of the login shell again. The error is a sentence. */
  async refreshEnvironment(): Promise<Result<EnvironmentState, string>> {
    const { shell } = this.environmentState();
    const hasAnswered = (await this.#machine?.refreshEnvironment()) ?? false;
    return hasAnswered
      ? ok(this.environmentState())
      : err(`${shell} did not return its environment; see the log. The previous environment stays in use.`);
  }

  /** The targets that can be forwarded to. */
  get targets(): TargetSources {
    return this.#targets;
  }

  logPath(name: string | null): string {
    const { logs, paths } = this.#options;
    return name === null ? path.join(paths.logDirectory, 'localport.log') : logs.servicePath(name);
  }

  suspend(): void {
    this.#machine?.suspend();
  }

  resume(): void {
    this.#machine?.resume();
  }

  private processStopped(pid: number): void {
    this.#forwarding.supervisor.processStopped(pid);
  }

  /** Lists what is alive, and the state of everything. */
  report(): HostReport {
    return {
      snapshot: this.snapshot(),
      tasks: this.#tasks.alive(),
      children: this.#children.launcher.alive(),
      monitors: this.#forwarding.monitors,
      transports: this.#forwarding.transports(),
      owned: this.scope.owned,
    };
  }

  /** For a bug report: secrets are hidden, names are not. `settings`: settings of the surface, one line each. */
  diagnostics(settings: readonly string[] = []): Promise<readonly DiagnosticSection[]> {
    const { clock, paths, version, logs } = this.#options;
    return collectDiagnostics({
      clock,
      paths,
      version,
      platform: process.platform,
      state: this.snapshot(),
      environment: this.#children.environment.current(),
      openLog: (service) => logs.open(service),
      specs: this.#specs,
      settings,
    });
  }

  /** The same as one text that is safe to post, with names hidden. */
  async diagnosticReport(settings: readonly string[] = []): Promise<string> {
    const { homeDirectory, logs } = this.#options;
    const sections = await this.diagnostics(settings);
    const { services } = this.snapshot();
    const hideNames = createPseudonyms({ services, homeDirectory, userName: loginName() });
    return diagnosticReport(sections, { redact: (text) => logs.redact(text), hideNames });
  }

  /** Writes the report to the log. */
  dump(): void {
    for (const line of stateDump(this.report())) this.#log.info(`state dump: ${line}`);
  }

  shutdown(reason: string): Promise<ShutdownReport> {
    return this.ending.shutdown(reason);
  }

  forceShutdown(reason: string): Promise<ShutdownReport> {
    return this.ending.force(reason);
  }

  systemShutdown(): Promise<ShutdownReport> {
    return this.ending.systemShutdown();
  }

  #watchMachine(): MachineWatch {
    const { clock, homeDirectory } = this.#options;
    return new MachineWatch({
      scope: this.scope,
      clock,
      log: this.#log,
      homeDirectory,
      environment: this.#children.environment,
      tasks: this.#tasks,
      onEvent: (event) => void this.#onMachineEvent(event),
    });
  }

  async #onMachineEvent(event: MachineEvent): Promise<void> {
    if (event.kind === 'recovered') this.#switch.checkTimes();
    if (event.kind === 'credentials') await this.#config.reload();
    this.#forwarding.take(event);
  }

  #joinShutdown(): void {
    const { paths } = this.#options;
    this.ending.close('stop new work', 'surface and watchers', () => this.scope.close());
    this.ending.join('complete current', 'desired store', () => this.#desired.flush());
    this.ending.join('complete current', 'chosen ports', () => this.#localPorts.flush());
    this.#forwarding.joinShutdown(this.ending);
    this.ending.close('cancel tasks', 'tasks', async () => {
      const late = await this.#tasks.cancelAll(cancelTasksMs);
      if (late.length > 0) throw new Error(`still running: ${late.join(', ')}`);
    });
    this.ending.join('force clean-up', 'child processes', () => this.#children.close());
    this.ending.join('force clean-up', 'snapshots', () => {
      this.#publisher.close();
      return Promise.resolve();
    });
    let strays: readonly string[] = [];
    this.ending.join('force clean-up', 'strays', async () => {
      strays = await this.#children.endStrays();
    });
    this.ending.verify('left behind', async () => [
      ...strays,
      ...(await findRemains({
        children: this.#children.launcher.alive(),
        addresses: this.#forwarding.supervisor.snapshot(),
        runtimeDirectory: paths.runtimeDirectory,
      })),
    ]);
  }
}
