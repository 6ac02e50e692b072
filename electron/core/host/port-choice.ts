/** Which local port a service gets if it should not use its own in this run. */
import { addressesOverlap, type BindAddress, type ListenAddress } from '../../../shared/bind-address.ts';
import type { PortChoice } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { NamedListenAddress } from '../config/edit/port-search.ts';
import { findFreePort } from '../config/free-port.ts';
import { findPortHolder } from '../process/port-holder.ts';

const maxPort = 65_535;
const firstOpenPort = 1_024;
/** How many ports `auto` tries before it gives up. */
const maxTries = 200;

interface PortWish {
  readonly name: string;
  readonly wanted: PortChoice;
  readonly services: readonly ServiceSnapshot[];
}

/** The service whose open port overlaps with this address; null: none. */
export const openAt = (services: readonly ServiceSnapshot[], address: ListenAddress): string | null =>
  services.find((service) => service.addresses.length > 0 && addressesOverlap(service, address))?.name ??
  null;

/** If the service is off: the other service that is on and uses its port; null: none. */
export function holderOf(name: string, services: readonly ServiceSnapshot[]): string | null {
  const own = services.find((service) => service.name === name);
  if (own?.desired !== 'off') return null;
  return services.find((service) => service !== own && uses(service, own))?.name ?? null;
}

/** A port that is free or already the service's own. The error is a sentence that names its holder. */
export function choosePort(wish: PortWish, clock: Clock): Promise<Result<number, string>> {
  return wish.wanted === 'auto' ? freePort(wish) : checkedPort(wish, wish.wanted, clock);
}

async function checkedPort(
  { name, services }: PortWish,
  port: number,
  clock: Clock,
): Promise<Result<number, string>> {
  const bind = bindOf(name, services);
  const neighbor = services.find(
    (service) => service.name !== name && uses(service, { bind, localPort: port }),
  );
  if (neighbor !== undefined) return err(`port ${port} is used by the service ${neighbor.name}`);
  if (isOpenFor(name, services, port) || (await findFreePort(port, 1, bind)) !== null) return ok(port);
  const holder = await findPortHolder({ bind, localPort: port }, clock);
  if (holder !== null) return err(`port ${port} is used by ${holder}`);
  const alternative = port < firstOpenPort ? `; ports below ${firstOpenPort} may need root` : '';
  return err(`port ${port} is used by another program${alternative}`);
}

/** The first free port, from the service's own port on, that no other service has in the config. */
async function freePort({ name, services }: PortWish): Promise<Result<number, string>> {
  const own = services.find((service) => service.name === name);
  if (own !== undefined && own.addresses.length > 0) return ok(own.localPort);
  const bind = bindOf(name, services);
  const taken = services.filter((service) => service.name !== name).flatMap(addressesOf);
  const first = Math.max(firstOpenPort, own?.configuredPort ?? own?.localPort ?? firstOpenPort);
  for (let port = first; port <= Math.min(maxPort, first + maxTries); port++) {
    const isTaken = taken.some((address) => addressesOverlap(address, { bind, localPort: port }));
    if (!isTaken && (await findFreePort(port, 1, bind)) !== null) return ok(port);
  }
  return err(
    `no port from ${first} to ${Math.min(maxPort, first + maxTries)} is free: choose one with --port`,
  );
}

/** The addresses at which services listen, or would listen. */
export const namedListenAddresses = (services: readonly ServiceSnapshot[]): readonly NamedListenAddress[] =>
  services.flatMap((service) =>
    addressesOf(service).map((address) => ({
      ...address,
      name: service.name,
      isOn: service.desired === 'on',
      isOpen: service.addresses.length > 0,
    })),
  );

const bindOf = (name: string, services: readonly ServiceSnapshot[]): BindAddress =>
  services.find((service) => service.name === name)?.bind ?? null;

const uses = (service: ServiceSnapshot, address: ListenAddress): boolean =>
  service.desired === 'on' && addressesOverlap(service, address);

const isOpenFor = (name: string, services: readonly ServiceSnapshot[], port: number): boolean =>
  services.some(
    (service) => service.name === name && service.localPort === port && service.addresses.length > 0,
  );

const addressesOf = ({ bind, localPort, configuredPort }: ServiceSnapshot): readonly ListenAddress[] =>
  [localPort, configuredPort ?? localPort].map((port) => ({ bind, localPort: port }));
