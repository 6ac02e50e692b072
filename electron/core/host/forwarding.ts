/** The forwarding part of the host: the supervisor with the tunnels, checks and shared transports that it uses. */
import { isReverse } from '../../../shared/route-text.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { DesiredStore } from '../config/desired-store.ts';
import { ForwardRunner } from '../forward/forward-runner.ts';
import { Supervisor } from '../forward/supervisor.ts';
import { createHealthMonitorScheduler } from '../health/health-monitor-scheduler.ts';
import type { HealthMonitorScheduler } from '../health/health-monitor.ts';
import type { Probe } from '../health/probe.ts';
import { createProbeRegistry } from '../health/probes/probe-registry.ts';
import type { LogStore } from '../observability/log-store.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { PromptQueue } from '../prompts/prompt-queue.ts';
import { ConnectionBudget } from '../relay/connection-budget.ts';
import { readDescriptorLimit } from '../relay/descriptor-limit.ts';
import { createLocalPort } from '../relay/local-port.ts';
import { OwnConnections } from '../relay/own-connections.ts';
import { childTool } from '../secrets/child-tool.ts';
import { RememberedAnswers } from '../secrets/remembered-answers.ts';
import { RememberedNames } from '../secrets/remembered-names.ts';
import { withSecretPasswords } from '../health/secret-probe.ts';
import { readSecret } from '../secrets/secret-reader.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import { referencesOf } from '../secrets/service-secrets.ts';
import { openKubeSession } from '../kube/kube-session.ts';
import { reverseSocket } from '../files/private-path.ts';
import { sshCarriers } from '../ssh/ssh-carrier.ts';
import { loginOf } from '../transport/transport-key.ts';
import { TransportPool, type TransportReport } from '../pool/transport-pool.ts';
import { createAdapterRegistry, type AdapterRegistry } from '../tunnel/adapter-registry.ts';
import { withSecrets } from '../ssh/secret-carrier.ts';
import type { HostShutdown } from './host-shutdown.ts';
import { isOnline, type MachineEvent } from './machine-watch.ts';
import { openAt } from './port-choice.ts';
import { tryService, type Trial } from './service-trial.ts';

export interface ForwardingParts {
  readonly clock: Clock;
  readonly logs: LogStore;
  readonly launcher: ChildLauncher;
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly homeDirectory: string;
  readonly desired: DesiredStore;
  /** The current environment of children. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  /** Something in the snapshot changed. */
  readonly onChange: () => void;
  /** A file that a service lacked, such as a key, may exist by now. */
  readonly recheckConfig: () => void;
  /** A secret that the config refers to was read: it must never be shown. */
  readonly onSecret: (value: string) => void;
  /** Why an answer could not be stored in the keychain; null: it was stored. */
  readonly onAnswerStored: (failure: string | null) => void;
}

export class Forwarding {
  readonly supervisor: Supervisor;
  readonly prompts: PromptQueue;
  readonly #parts: ForwardingParts;
  readonly #adapters: AdapterRegistry;
  readonly #probes: Probe;
  readonly #health: HealthMonitorScheduler;
  readonly #transports: TransportPool;
  readonly #secrets: SecretStore;
  readonly #remembered: RememberedAnswers;
  #services: readonly ServiceSpec[] = [];
  #runnersSoFar = 0;
  #trialsSoFar = 0;
  readonly #ownConnections = new OwnConnections();
  readonly #budget = new ConnectionBudget(readDescriptorLimit());

  constructor(parts: ForwardingParts) {
    const { clock, logs, launcher, runtimeDirectory, stateDirectory, homeDirectory, desired } = parts;
    const log = logs.app;
    this.#parts = parts;
    const tools = { run: childTool(launcher, clock), platform: process.platform };
    const { onChange, onSecret, onAnswerStored: onStored } = parts;
    this.#secrets = new SecretStore({
      read: (reference) => readSecret(reference, tools),
      onFound: onSecret,
    });
    const names = new RememberedNames(stateDirectory, log);
    this.#remembered = new RememberedAnswers({
      tools,
      names,
      clock,
      log,
      homeDirectory,
      onFound: onSecret,
      onStored,
    });
    this.prompts = new PromptQueue({ clock, onChange, onSecret, keychain: this.#remembered });
    const carriers = { launcher, clock, runtimeDirectory, prompts: this.prompts };
    this.#transports = new TransportPool({
      name: 'transport',
      clock,
      log,
      random: Math.random,
      openSsh: withSecrets(sshCarriers(carriers), this.#secrets, this.prompts),
      openKube: (opening, cluster, reports) => openKubeSession(opening, cluster, carriers, reports),
      launcher,
      environment: parts.environment,
      isOnline,
      onChange,
    });
    this.#adapters = createAdapterRegistry({
      launcher,
      clock,
      runtimeDirectory,
      transports: this.#transports,
    });
    this.#probes = withSecretPasswords(createProbeRegistry({ launcher }), this.#secrets);
    this.#health = createHealthMonitorScheduler({ clock, probes: this.#probes });
    this.supervisor = new Supervisor({
      createRunner: (service) => this.#createRunner(service),
      desiredOf: (service) => desired.desiredOf(service),
      rememberDesired: (name, wanted) => {
        desired.set(name, wanted);
      },
    });
  }

  /** Applies the config. Resolves when removed services have stopped. */
  apply(services: readonly ServiceSpec[], clusterHealth: ClusterHealthSpecs): Promise<void> {
    this.#transports.configure(clusterHealth);
    this.#services = services;
    return this.supervisor.apply(services);
  }

  /** The user asks for these services: the secrets that they need may be read or asked for. */
  allowSecrets(names: readonly string[]): void {
    this.#remembered.allow();
    for (const service of this.#services)
      if (names.includes(service.name)) this.#secrets.allow(referencesOf(service));
  }

  /** From now on the user is asked for the passwords of these services, even if the config has them. */
  replaceStored(names: readonly string[]): void {
    for (const { name, connection } of this.#services)
      if (names.includes(name) && connection.technology === 'ssh')
        this.prompts.memory.replaceStored(loginOf(connection));
  }

  /** Opens another tunnel for a service, checks its target once, and closes the tunnel. Never rejects. */
  tryOut(service: ServiceSpec, signal: AbortSignal): Promise<Trial> {
    this.#remembered.allow();
    this.#secrets.allow(referencesOf(service));
    return tryService(service, {
      id: `trial#${(this.#trialsSoFar += 1)}`,
      adapter: this.#adapters[service.connection.technology],
      probe: this.#probes,
      clock: this.#parts.clock,
      log: this.#parts.logs.app,
      isAsking: () => this.prompts.prompts().some(({ services }) => services.includes(service.name)),
      signal,
    });
  }

  /** Health monitors that are watching. */
  get monitors(): number {
    return this.#health.active();
  }

  transports(): readonly TransportReport[] {
    return this.#transports.report();
  }

  /** Services that wait for a network or credentials try again, and so do transports that are down. */
  take(event: MachineEvent): void {
    switch (event.kind) {
      case 'suspended':
        this.#health.pause();
        this.#transports.suspend();
        this.supervisor.suspend();
        return;
      case 'recovered':
        this.#health.resume();
        this.#transports.awake(event.certain);
        this.supervisor.trigger('wake', event);
        return;
      case 'network-changed':
        this.#transports.networkChanged(event.certain);
        this.supervisor.trigger('network', event);
        return;
      case 'credentials':
        this.#transports.triggered('credentials');
        this.supervisor.trigger('credentials', event);
    }
  }

  joinShutdown(ending: HostShutdown): void {
    ending.close('cancel tasks', 'health checks', () => this.#health.close());
    ending.close('cancel tasks', 'cluster queries', () => this.#transports.stopQueries());
    ending.join('cancel tasks', 'forwards', async () => {
      await this.supervisor.stopAll();
      for (const adapter of Object.values(this.#adapters)) adapter.close?.();
      await this.#transports.close();
    });
    ending.join('force clean-up', 'forwards', async () => {
      await this.supervisor.forceStopAll();
      await this.#transports.close({ force: true });
    });
  }

  #createRunner(service: ServiceSpec): ForwardRunner {
    const { clock, logs, runtimeDirectory, onChange, recheckConfig } = this.#parts;
    const log = logs.service(service.name);
    const tunnelsOf = `${service.name}#${(this.#runnersSoFar += 1)}`;
    return new ForwardRunner(service, {
      clock,
      log,
      random: Math.random,
      adapterFor: ({ connection }) => this.#adapters[connection.technology],
      createPort: (
        { name, localPort: port, localSocket = null, allowedHosts, bind, holdTimeoutMs, connection },
        events,
      ) =>
        createLocalPort({
          name,
          port,
          bind,
          isReverse: isReverse(connection),
          socketPath: isReverse(connection) ? reverseSocket(runtimeDirectory, tunnelsOf) : localSocket,
          ...(allowedHosts === undefined ? {} : { allowedHosts }),
          holdTimeoutMs,
          clock,
          log,
          events,
          budget: this.#budget,
          // Only tcp services connect to a name.
          ...(connection.technology === 'tcp' ? { ownConnections: this.#ownConnections } : {}),
          neighbor: () => openAt(this.supervisor.snapshot(), { bind, localPort: port }),
        }),
      health: this.#health,
      lease: (listener) => this.#transports.lease(listener),
      isOnline,
      redact: (text) => logs.redact(text),
      tunnelId: (number) => `${tunnelsOf}.${number}`,
      onChange,
      recheckConfig,
    });
  }
}
