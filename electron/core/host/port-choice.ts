/** Which local port a service gets when its own is not to be used for this run. */
import type { PortChoice } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import { findFreePort } from '../config/free-port.ts';
import { findPortHolder } from '../relay/port-holder.ts';

const maxPort = 65_535;
const firstOpenPort = 1_024;
/** Ports that `auto` looks at before it gives up. */
const maxTries = 200;

interface PortWish {
  readonly name: string;
  readonly wanted: PortChoice;
  readonly services: readonly ServiceSnapshot[];
}

/** A port that is free, or the service's own already. The error is a sentence that names who has it. */
export function choosePort(wish: PortWish, clock: Clock): Promise<Result<number, string>> {
  return wish.wanted === 'auto' ? freePort(wish) : checkedPort(wish, wish.wanted, clock);
}

async function checkedPort(
  { name, services }: PortWish,
  port: number,
  clock: Clock,
): Promise<Result<number, string>> {
  const neighbor = services.find((service) => service.name !== name && uses(service, port));
  if (neighbor !== undefined) return err(`port ${port} is used by the service ${neighbor.name}`);
  if (isOpenFor(name, services, port) || (await findFreePort(port, 1)) !== null) return ok(port);
  const holder = await findPortHolder(port, clock);
  if (holder !== null) return err(`port ${port} is used by ${holder}`);
  const alternative = port < firstOpenPort ? `; ports below ${firstOpenPort} may need root` : '';
  return err(`port ${port} is used by another program${alternative}`);
}

/** The first one from the service's own on that nobody uses, and that no other service would. */
async function freePort({ name, services }: PortWish): Promise<Result<number, string>> {
  const own = services.find((service) => service.name === name);
  if (own !== undefined && own.addresses.length > 0) return ok(own.localPort);
  const taken = new Set(services.filter((s) => s.name !== name).flatMap(portsOf));
  const first = Math.max(firstOpenPort, own?.configuredPort ?? own?.localPort ?? firstOpenPort);
  for (let port = first; port <= Math.min(maxPort, first + maxTries); port++) {
    if (!taken.has(port) && (await findFreePort(port, 1)) !== null) return ok(port);
  }
  return err(
    `no port from ${first} to ${Math.min(maxPort, first + maxTries)} is free: choose one with --port`,
  );
}

const uses = (service: ServiceSnapshot, port: number): boolean =>
  service.desired === 'on' && service.localPort === port;

const isOpenFor = (name: string, services: readonly ServiceSnapshot[], port: number): boolean =>
  services.some(
    (service) => service.name === name && service.localPort === port && service.addresses.length > 0,
  );

const portsOf = ({ localPort, configuredPort }: ServiceSnapshot): readonly number[] =>
  configuredPort === null ? [localPort] : [localPort, configuredPort];
