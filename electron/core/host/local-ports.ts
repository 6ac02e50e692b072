/**
 * Decides where services listen, one decision at a time: two concurrent decisions would find the same port free.
 */
import type { PortChoice } from '../../../shared/control-contract.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { Desired } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { AutoPortStore } from '../config/auto-port-store.ts';
import { defaultClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { DesiredStore } from '../config/desired-store.ts';
import { findLoops, loopCandidate } from '../config/loops.ts';
import type { Logger } from '../observability/logger.ts';
import { AutoPorts } from './auto-ports.ts';
import type { Forwarding } from './forwarding.ts';
import type { HostNotices } from './host-notices.ts';
import { choosePort } from './port-choice.ts';

export interface LocalPortsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: AutoPortStore;
  readonly forwarding: Pick<Forwarding, 'apply' | 'supervisor'>;
  readonly desired: DesiredStore;
  readonly notices: HostNotices;
  /** False while the welcome page is shown: services that the config had may come back. */
  readonly hasConfig: () => boolean;
}

export class LocalPorts {
  readonly #parts: LocalPortsParts;
  readonly #auto: AutoPorts;
  /** The services as in the config. */
  #services: readonly ServiceSpec[] = [];
  #clusterHealth: ClusterHealthSpecs = defaultClusterHealth;
  /** Services that got a new port, with a sentence about it. */
  readonly #moved = new Map<string, string>();
  /** Services that wait for a port before they are turned on. */
  readonly #turningOn = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: LocalPortsParts) {
    const { store, clock, log } = parts;
    this.#parts = parts;
    this.#auto = new AutoPorts({
      store,
      clock,
      onMoved: (name, sentence) => {
        log.warn(sentence);
        this.#moved.set(name, sentence);
        this.#tell();
      },
    });
  }

  /** Applies the config. Resolves when removed services have stopped. */
  apply(services: readonly ServiceSpec[], clusterHealth: ClusterHealthSpecs): Promise<void> {
    return this.#inTurn(async () => {
      this.#services = services;
      this.#clusterHealth = clusterHealth;
      if (this.#parts.hasConfig()) this.#forgetOthers();
      await this.#applyPorts(null);
    });
  }

  /** Before a service starts, checks its chosen port: another program may have it by now. */
  setDesired(name: string, desired: Desired): Promise<void> {
    const { supervisor } = this.#parts.forwarding;
    const isAuto = this.#services.some((service) => service.name === name && service.isPortAuto);
    const isOff = supervisor.snapshot().some((service) => service.name === name && service.desired === 'off');
    if (desired === 'off' || !isAuto || !isOff) {
      this.#turningOn.delete(name);
      supervisor.setDesired(name, desired);
      return Promise.resolve();
    }
    this.#turningOn.add(name);
    return this.#inTurn(async () => {
      if (this.#turningOn.has(name)) await this.#applyPorts(name);
      if (this.#turningOn.delete(name)) supervisor.setDesired(name, 'on');
    });
  }

  /** Turns one service on at another local port, for this run. The result is the port; the error is a sentence. */
  turnOnAt(name: string, wanted: PortChoice): Promise<Result<number, string>> {
    return this.#inTurn(async () => {
      const { clock, forwarding } = this.#parts;
      const { supervisor } = forwarding;
      const place = supervisor.snapshot().find((service) => service.name === name)?.remoteAddress;
      if (place !== undefined) return err(`it has no local port: its port is opened at ${place}`);
      const port = await choosePort({ name, wanted, services: supervisor.snapshot() }, clock);
      const loop = port.ok ? this.#loopAt(name, port.value) : null;
      if (loop !== null) return err(loop);
      if (port.ok) await supervisor.turnOnAt(name, port.value);
      return port;
    });
  }

  /** Why this service cannot have that port, because it would lead to itself; null: it can. */
  #loopAt(name: string, port: number): string | null {
    const running = this.#parts.forwarding.supervisor.snapshot();
    const portNow = new Map(running.map((service) => [service.name, service.localPort]));
    const candidates = this.#services.map((service) => {
      const localPort = service.name === name ? port : (portNow.get(service.name) ?? service.localPort);
      return loopCandidate({ ...service, localPort });
    });
    const loop = findLoops(candidates)[candidates.findIndex((one) => one.name === name)] ?? null;
    if (loop === null) return null;
    const through = loop.slice(0, -1).join(', ');
    return `at port ${port} it would lead to itself${through === '' ? '' : ` through ${through}`}`;
  }

  /** Resolves when the chosen ports are on disk, or could not be written. Never rejects. */
  flush(): Promise<void> {
    return this.#parts.store.flush();
  }

  /** `starting`: a service that is about to be turned on. */
  async #applyPorts(starting: string | null): Promise<void> {
    const { desired, forwarding } = this.#parts;
    const services = await this.#auto.assign(this.#services, {
      running: forwarding.supervisor.snapshot(),
      isWanted: (service) => service.name === starting || desired.desiredOf(service) === 'on',
    });
    void this.#parts.store.flush();
    await forwarding.apply(services, this.#clusterHealth);
  }

  #forgetOthers(): void {
    const names = new Set(this.#services.map(({ name }) => name));
    this.#parts.store.keepOnly(names);
    for (const name of [...this.#moved.keys()]) if (!names.has(name)) this.#moved.delete(name);
    this.#tell();
  }

  #tell(): void {
    const sentences = [...this.#moved.values()];
    this.#parts.notices.report('ports', sentences.length === 0 ? null : sentences.join(' '));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    // The caller gets the failure; later work still runs.
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
