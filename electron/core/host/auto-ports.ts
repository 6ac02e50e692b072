/**
 * Gives services with `local_port: auto` their ports. Invariants:
 *   1. A service keeps its port until it is removed from the config, unless another program holds the port when it starts.
 *   2. A port belongs to one service: it is neither in the config of another service nor chosen for one.
 *   3. A port that is open for the service right now is not checked, so a reload moves no service.
 */
import { createHash } from 'node:crypto';
import { addressesOverlap, type ListenAddress } from '../../../shared/bind-address.ts';
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { AutoPortStore } from '../config/auto-port-store.ts';
import { findFreePort } from '../config/free-port.ts';
import { findPortHolder } from '../process/port-holder.ts';

/** Below the ephemeral ports (from 32768 on Linux, 49152 on macOS). */
const firstPort = 20_000;
const portCount = 10_000;
/** How many ports are tried before a service gets none. */
const maxTries = 500;

export interface AutoPortsParts {
  readonly store: AutoPortStore;
  readonly clock: Clock;
  /** A service has a new port; the sentence says which, and why. */
  readonly onMoved: (name: string, sentence: string) => void;
}

export interface PortsInUse {
  /** The current services. */
  readonly running: readonly ServiceSnapshot[];
  /** Whether a service should be on. */
  readonly isWanted: (service: ServiceSpec) => boolean;
}

export class AutoPorts {
  readonly #parts: AutoPortsParts;

  constructor(parts: AutoPortsParts) {
    this.#parts = parts;
  }

  /** Returns the services, each with a port. If no port is free, the service gets a problem. */
  async assign(services: readonly ServiceSpec[], inUse: PortsInUse): Promise<readonly ServiceSpec[]> {
    if (!services.some(({ isPortAuto }) => isPortAuto)) return services;
    const taken: ListenAddress[] = [
      ...services.filter(({ isPortAuto }) => !isPortAuto),
      ...inUse.running.filter(({ configuredPort }) => configuredPort !== null),
    ];
    // Services that have a port come first: a new one must not take it.
    const kept = new Map<string, number>();
    for (const service of services) {
      const port = service.isPortAuto ? await this.#rememberedPort(service, taken, inUse) : null;
      if (port === null) continue;
      kept.set(service.name, port);
      taken.push({ bind: service.bind, localPort: port });
    }
    const assigned: ServiceSpec[] = [];
    for (const service of services) {
      if (!service.isPortAuto) assigned.push(service);
      else assigned.push(withPort(service, kept.get(service.name) ?? (await this.#choose(service, taken))));
    }
    return assigned;
  }

  /** null: none is remembered, or another service or program has it now. */
  async #rememberedPort(
    service: ServiceSpec,
    taken: readonly ListenAddress[],
    { running, isWanted }: PortsInUse,
  ): Promise<number | null> {
    const { name, bind } = service;
    const port = this.#parts.store.get(name);
    if (port === undefined) return null;
    const address = { bind, localPort: port };
    if (taken.some((other) => addressesOverlap(other, address))) return null;
    const mayBeOurs = running.some(
      (one) => one.name === name && (isOpenAt(one, port) || one.configuredPort === port),
    );
    const isUsable = mayBeOurs || !isWanted(service) || (await findFreePort(port, 1, bind)) !== null;
    return isUsable ? port : null;
  }

  /** The first free port from a start that depends only on the name, so that it is the same if the state is lost. */
  async #choose(service: ServiceSpec, taken: ListenAddress[]): Promise<number> {
    const { name, bind } = service;
    const { store } = this.#parts;
    const remembered = store.get(name);
    const offset = createHash('sha256').update(name).digest().readUInt32BE();
    for (let tries = 0; tries < maxTries; tries++) {
      const localPort = firstPort + ((offset + tries) % portCount);
      const isTaken = taken.some((other) => addressesOverlap(other, { bind, localPort }));
      if (isTaken || localPort === remembered || (await findFreePort(localPort, 1, bind)) === null) continue;
      if (remembered !== undefined) await this.#reportMove(service, remembered, localPort);
      store.set(name, localPort);
      taken.push({ bind, localPort });
      return localPort;
    }
    return 0;
  }

  async #reportMove({ name, bind }: ServiceSpec, from: number, to: number): Promise<void> {
    const { clock, onMoved } = this.#parts;
    const holder = (await findPortHolder({ bind, localPort: from }, clock)) ?? 'something else';
    onMoved(
      name,
      `${name} now listens on port ${to}, as its previous port ${from} is used by ${holder}. ` +
        'Update the clients that connect to it, or set a fixed local_port.',
    );
  }
}

/** True also while the port is being opened. */
const isOpenAt = ({ localPort, addresses, desired, cause }: ServiceSnapshot, port: number): boolean =>
  localPort === port && desired === 'on' && (addresses.length > 0 || cause?.code !== 'port-in-use');

/** `localPort` 0: none was free. */
const withPort = (service: ServiceSpec, localPort: number): ServiceSpec => ({
  ...service,
  localPort,
  problem: service.problem ?? (localPort === 0 ? noPort : null),
});

const noPort = describeCause('check-failed', { what: 'No free local port was found' });
