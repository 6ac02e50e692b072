/**
 * All forwards together: makes the running ones match the config and the user's choices. One service never touches
 * another's connections; a service that has not changed in the config is not touched at all.
 */
import type { DayHistory } from '../observability/day-history.ts';
import type { TriggerKind } from '../../../shared/failure.ts';
import type { Desired, ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { diffServices, type ServiceChange } from '../config/config-differ.ts';
import type { CredentialConcern } from '../wake/credential-files.ts';
import type { ForwardRunner } from './forward-runner.ts';
import { PortOverrides } from './port-overrides.ts';

export interface SupervisorParts {
  readonly createRunner: (service: ServiceSpec) => ForwardRunner;
  /** The user's choice for a service, or else what its config says. */
  readonly desiredOf: (service: ServiceSpec) => Desired;
  /** Saves a choice of the user. */
  readonly rememberDesired: (name: string, desired: Desired) => void;
}

export interface TriggerReach {
  /** Whose credentials changed. */
  readonly concerns?: CredentialConcern;
  /** False: the wake or the network change may be a false alarm. */
  readonly certain?: boolean;
}

/** A command may use any credentials. */
const isConcerned = (
  technology: ServiceSpec['connection']['technology'],
  concerns: CredentialConcern,
): boolean => concerns === 'all' || technology === concerns || technology === 'command';

type Changed = Extract<ServiceChange, { kind: 'changed' }>;

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #runners = new Map<string, ForwardRunner>();
  /** Removed or rebuilt: never turned on again, whatever the user clicks in the meantime. */
  readonly #leaving = new Set<ForwardRunner>();
  readonly #overrides = new PortOverrides();
  /** As in the config. */
  #configured: readonly ServiceSpec[] = [];
  /** The same with the effective ports. */
  #services: readonly ServiceSpec[] = [];
  #applying: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** In the order of the config. */
  snapshot(): readonly ServiceSnapshot[] {
    return this.#configured.flatMap(({ name, localPort }) => {
      const snapshot = this.#runners.get(name)?.snapshot();
      if (snapshot === undefined) return [];
      return [{ ...snapshot, configuredPort: snapshot.localPort === localPort ? null : localPort }];
    });
  }

  /** The last day of a service; undefined: no service has this name. */
  day(name: string): DayHistory | undefined {
    return this.#runners.get(name)?.day;
  }

  /** Applies a new config. Calls run one at a time; resolves when the ports of old forwards are free. */
  apply(services: readonly ServiceSpec[]): Promise<void> {
    return this.#inTurn(() => this.#apply(services));
  }

  /**
   * The user turns one service on or off. Unknown names are ignored: the config may just have changed. A service that is
   * being rebuilt starts with the latest choice.
   */
  setDesired(name: string, desired: Desired): void {
    if (!this.#services.some((service) => service.name === name)) return;
    this.#parts.rememberDesired(name, desired);
    const runner = this.#runners.get(name);
    if (runner !== undefined) this.#steer(runner, desired);
    // The next time the service is turned on, it gets the port in the config.
    if (desired === 'off' && this.#overrides.set(name, null)) void this.#applyPorts();
  }

  /**
   * Turns one service on at another local port, until it is turned off or the host exits. Its clients lose their connections,
   * as when `local_port` is edited. Resolves when the service has released its former port.
   */
  async turnOnAt(name: string, port: number): Promise<void> {
    const configured = this.#configured.find((service) => service.name === name);
    if (configured === undefined) return;
    this.#parts.rememberDesired(name, 'on');
    const isOther = this.#overrides.set(name, port === configured.localPort ? null : port);
    if (isOther) await this.#applyPorts();
    else this.setDesired(name, 'on');
  }

  /** Turns every service with this tag on or off; null: all of them. */
  setDesiredForTag(tag: string | null, desired: Desired): void {
    const named = this.#services.filter((service) => tag === null || service.tags.includes(tag));
    for (const { name } of named) this.setDesired(name, desired);
  }

  /** Retries one service, or makes its transport retry. A service that is up and not unhealthy is left alone. */
  retry(name: string): void {
    const state = this.#runners.get(name)?.state;
    if (state?.situation.phase !== 'up' || state.health === 'unhealthy') this.restart(name);
  }

  /** Like `retry`, but a service that is up gets a new tunnel too: make before break. A service that is off stays off. */
  restart(name: string): void {
    this.#runners.get(name)?.dispatch({ type: 'triggered', trigger: 'user' });
  }

  /** Like `restart`, but tries even while the transport is down. */
  forceRetry(name: string): void {
    this.#runners.get(name)?.dispatch({ type: 'retry-forced' });
  }

  /**
   * If the service is on, turns it off and on again, so that it uses kubectl's current context. It keeps its port for this
   * run.
   */
  useCurrentContext(name: string): void {
    const runner = this.#runners.get(name);
    if (runner?.state.desired !== 'on') return;
    this.#steer(runner, 'off');
    this.#steer(runner, 'on');
  }

  /** Something happened that services may be waiting for, or that may have interrupted those that are up. */
  trigger(trigger: TriggerKind, { concerns = 'all', certain = true }: TriggerReach = {}): void {
    for (const runner of this.#runners.values()) {
      const { technology } = runner.service.connection;
      if (isConcerned(technology, concerns)) runner.dispatch({ type: 'triggered', trigger, certain });
    }
  }

  /** A process that may be a tunnel of one of the services was stopped (SIGSTOP). */
  processStopped(pid: number): void {
    for (const runner of this.#runners.values()) runner.processStopped(pid);
  }

  suspend(): void {
    for (const runner of this.#runners.values()) runner.dispatch({ type: 'suspended' });
  }

  /** Turns everything off without changing the user's choices. Resolves when all ports are free and all tunnels have ended. */
  async stopAll(): Promise<void> {
    this.#isStopping = true;
    const runners = [...this.#runners.values(), ...this.#leaving];
    // The last one first: those that wait for their turn at a host leave before the turn is theirs.
    for (const runner of [...runners].reverse()) runner.dispatch({ type: 'turned-off' });
    await Promise.all(runners.map((runner) => runner.whenOff()));
  }

  /** Like `stopAll`, but every tunnel that is still alive is killed. */
  async forceStopAll(): Promise<void> {
    const stopped = this.stopAll();
    const runners = [...this.#runners.values(), ...this.#leaving];
    await Promise.all(runners.map((runner) => runner.forceStop()));
    await stopped;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#applying.then(work);
    // The caller gets the failure; later work still runs.
    this.#applying = done.catch(() => undefined);
    return done;
  }

  /** Uses the config that is in force when its turn comes. */
  #applyPorts(): Promise<void> {
    return this.#inTurn(() => this.#apply(this.#configured));
  }

  async #apply(configured: readonly ServiceSpec[]): Promise<void> {
    if (this.#isStopping) return;
    const services = this.#overrides.applyTo(this.#configured, configured);
    const changes = diffServices(this.#services, services);
    this.#configured = configured;
    this.#services = services;
    const changed = changes.filter((change) => change.kind === 'changed');
    // A new port needs a new forward; the running one can apply every other change.
    const rebuilt = changed.filter((change) => change.changes.has('local-port'));
    const removed = changes.filter((change) => change.kind === 'removed').map((change) => change.name);
    for (const change of rebuilt) this.#rememberEdited(change);
    // Old forwards stop first: a new one may need one of their ports.
    const stopping = [...removed, ...rebuilt.map((change) => change.service.name)];
    await Promise.all(stopping.map((name) => this.#turnOffForGood(name)));
    for (const name of removed) this.#runners.delete(name);
    // Services are turned off first: another one may be turned on at the same port.
    const updated = changed.filter((change) => !rebuilt.includes(change));
    for (const change of updated) if (!change.service.enabled) this.#update(change);
    for (const change of updated) if (change.service.enabled) this.#update(change);
    for (const change of changes) {
      if (change.kind === 'added') this.#add(change.service);
    }
    for (const change of rebuilt) this.#add(change.service);
  }

  #add(service: ServiceSpec): void {
    if (this.#isStopping) return;
    const runner = this.#parts.createRunner(service);
    this.#runners.set(service.name, runner);
    this.#steer(runner, this.#parts.desiredOf(service));
  }

  async #turnOffForGood(name: string): Promise<void> {
    const runner = this.#runners.get(name);
    if (runner === undefined) return;
    this.#leaving.add(runner);
    runner.dispatch({ type: 'turned-off' });
    void runner.whenOff().then(() => this.#leaving.delete(runner));
    // Other services only need the port: nothing waits for a tunnel that does not end.
    await runner.whenPortFree();
  }

  #update(change: Changed): void {
    const { service, changes } = change;
    const runner = this.#runners.get(service.name);
    if (runner === undefined) return;
    runner.update(service, changes);
    this.#rememberEdited(change);
    if (changes.has('enabled')) this.#steer(runner, this.#parts.desiredOf(service));
  }

  /** Editing `enabled` overrides an earlier toggle. */
  #rememberEdited({ service, changes }: Changed): void {
    if (changes.has('enabled')) this.#parts.rememberDesired(service.name, service.enabled ? 'on' : 'off');
  }

  #steer(runner: ForwardRunner, desired: Desired): void {
    if (desired === 'on' && (this.#isStopping || this.#leaving.has(runner))) return;
    if (runner.state.desired !== desired)
      runner.dispatch({ type: desired === 'on' ? 'turned-on' : 'turned-off' });
  }
}
