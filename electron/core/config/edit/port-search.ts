/** Finds the holder of a local port, and a free port. */
import { addressesOverlap, type BindAddress, type ListenAddress } from '../../../../shared/bind-address.ts';
import type { Clock } from '../../clock.ts';
import { findPortHolder } from '../../process/port-holder.ts';
import { findFreePort } from '../free-port.ts';

export interface NamedListenAddress extends ListenAddress {
  readonly name: string;
  /** It is turned on. Services that are off may share a port. */
  readonly isOn: boolean;
  /** LocalPort has it open right now. */
  readonly isOpen: boolean;
}

const maxTries = 200;
const maxPort = 65_535;

/** The first port from `preferred` on that is free and not used by any of the services; null: there is none. */
export async function freePortFrom(
  preferred: number,
  bind: BindAddress,
  services: readonly NamedListenAddress[],
): Promise<number | null> {
  for (let port = preferred; port <= Math.min(maxPort, preferred + maxTries); port += 1) {
    const address = { bind, localPort: port };
    const isWanted = services.some((service) => addressesOverlap(service, address));
    if (!isWanted && (await findFreePort(port, 1, bind)) !== null) return port;
  }
  return null;
}

/** `the service redis`, `postgres (pid 812)`, `another program`; null: the port is free. `except`: the service to ignore. */
export async function holderOfPort(
  address: ListenAddress,
  {
    services,
    except,
    clock,
  }: {
    readonly services: readonly NamedListenAddress[];
    readonly except: string | null;
    readonly clock: Clock;
  },
): Promise<string | null> {
  const others = services.filter(({ name }) => name !== except);
  const neighbor = others.find((service) => service.isOn && addressesOverlap(service, address));
  if (neighbor !== undefined) return `the service ${neighbor.name}`;
  const isOwn = services.some(
    (service) => service.name === except && service.isOpen && addressesOverlap(service, address),
  );
  if (isOwn || (await findFreePort(address.localPort, 1, address.bind)) !== null) return null;
  return (await findPortHolder(address, clock)) ?? 'another program';
}
