/**
 * All forwards together: brings the running ones in line with the config and with what the user wants. One service
 * never touches another's connections; what has not changed in the config is not touched at all.
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
  /** The user's choice for a service, else what its config says. */
  readonly desiredOf: (service: ServiceSpec) => Desired;
  /** Remembers a choice of the user. */
  readonly rememberDesired: (name: string, desired: Desired) => void;
}

export interface TriggerReach {
  /** Whose credentials changed. */
  readonly concerns?: CredentialConcern;
  /** False: the wake or the network change may be none. */
  readonly certain?: boolean;
}

/** A command may use whatever it likes. */
const isConcerned = (
  technology: ServiceSpec['connection']['technology'],
  concerns: CredentialConcern,
): boolean => concerns === 'all' || technology === concerns || technology === 'command';

type Changed = Extract<ServiceChange, { kind: 'changed' }>;

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #runners = new Map<string, ForwardRunner>();
  /** On their way out for good: they are not turned on again, whatever the user clicks meanwhile. */
  readonly #leaving = new Set<ForwardRunner>();
  readonly #overrides = new PortOverrides();
  /** What the config says. */
  #configured: readonly ServiceSpec[] = [];
  /** The same with the ports that are in force. */
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

  /** The last day of a service; undefined: there is none of this name. */
  day(name: string): DayHistory | undefined {
    return this.#runners.get(name)?.day;
  }

  /** Takes over a new config. Calls are worked off one after the other; resolves when the ports of old forwards are free. */
  apply(services: readonly ServiceSpec[]): Promise<void> {
    return this.#inTurn(() => this.#apply(services));
  }

  /**
   * The user turns one service on or off. Unknown names are ignored: the config may just have changed. One that is being
   * built anew begins with what was chosen.
   */
  setDesired(name: string, desired: Desired): void {
    if (!this.#services.some((service) => service.name === name)) return;
    this.#parts.rememberDesired(name, desired);
    const runner = this.#runners.get(name);
    if (runner !== undefined) this.#steer(runner, desired);
    // What is turned on again has the port of the config again.
    if (desired === 'off' && this.#overrides.set(name, null)) void this.#applyPorts();
  }

  /**
   * Turns one service on at another local port, until it is turned off or the host ends. Its clients lose their connections,
   * as with an edit of `local_port`. Resolves when the service has let go of its former port.
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

  /** Tries one service again, or has its transport try. One that is up and not unhealthy is left alone. */
  retry(name: string): void {
    const state = this.#runners.get(name)?.state;
    if (state?.situation.phase !== 'up' || state.health === 'unhealthy') this.restart(name);
  }

  /** Like `retry`, but what is up gets a new tunnel too: make before break. One that is off stays off. */
  restart(name: string): void {
    this.#runners.get(name)?.dispatch({ type: 'triggered', trigger: 'user' });
  }

  /** Like `restart`, but a transport that is down holds nothing back. */
  forceRetry(name: string): void {
    this.#runners.get(name)?.dispatch({ type: 'retry-forced' });
  }

  /**
   * Turns a service that is on off and on again, which makes it take kubectl's current context. It keeps the port that it
   * was given for this run.
   */
  useCurrentContext(name: string): void {
    const runner = this.#runners.get(name);
    if (runner?.state.desired !== 'on') return;
    this.#steer(runner, 'off');
    this.#steer(runner, 'on');
  }

  /** Something happened that may help those that wait for it, or that interrupted those that are up. */
  trigger(trigger: TriggerKind, { concerns = 'all', certain = true }: TriggerReach = {}): void {
    for (const runner of this.#runners.values()) {
      const { technology } = runner.service.connection;
      if (isConcerned(technology, concerns)) runner.dispatch({ type: 'triggered', trigger, certain });
    }
  }

  /** A process that may be a tunnel of one of them was stopped. */
  processStopped(pid: number): void {
    for (const runner of this.#runners.values()) runner.processStopped(pid);
  }

  suspend(): void {
    for (const runner of this.#runners.values()) runner.dispatch({ type: 'suspended' });
  }

  /** Turns everything off without changing what the user wants. Resolves when all ports are free and all tunnels gone. */
  async stopAll(): Promise<void> {
    this.#isStopping = true;
    const runners = [...this.#runners.values(), ...this.#leaving];
    for (const runner of runners) runner.dispatch({ type: 'turned-off' });
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
    // A failure goes to the caller, and keeps nothing later from being applied.
    this.#applying = done.catch(() => undefined);
    return done;
  }

  /** By then another config may be in force than now. */
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
    // Another port makes it another forward; everything else is taken over by the running one.
    const rebuilt = changed.filter((change) => change.changes.has('local-port'));
    const removed = changes.filter((change) => change.kind === 'removed').map((change) => change.name);
    for (const change of rebuilt) this.#rememberEdited(change);
    // Leavers go first: a newcomer may want one of their ports.
    const leavers = [...removed, ...rebuilt.map((change) => change.service.name)];
    await Promise.all(leavers.map((name) => this.#turnOffForGood(name)));
    for (const name of removed) this.#runners.delete(name);
    // Services to be turned off go first: another one may be turned on at the same port.
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
    // Only the port matters to others: nothing waits for a tunnel that does not end.
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
