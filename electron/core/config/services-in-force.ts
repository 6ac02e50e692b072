import { addressesOverlap } from '../../../shared/bind-address.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { LoadedConfig } from './config-compiler.ts';

/**
 * The services that run if some entries of a file have errors: each of those entries continues in its last valid version; if
 * there is none, it is a service with a problem. While an entry cannot be identified, no running service counts as
 * removed. A port that a valid entry has now belongs to that entry. Pure.
 */
export function servicesInForce(
  { services, faulty }: Pick<LoadedConfig, 'services' | 'faulty'>,
  before: readonly ServiceSpec[],
): readonly ServiceSpec[] {
  const sound = services.filter(({ name }) => !faulty.names.has(name));
  const kept = new Map(
    before
      .filter(
        (service) =>
          service.problem === null &&
          !sound.some((taken) => taken.enabled && service.enabled && addressesOverlap(taken, service)),
      )
      .map((service) => [service.name, service]),
  );
  const present = services.map((service) =>
    faulty.names.has(service.name) ? (kept.get(service.name) ?? service) : service,
  );
  if (!faulty.hasNameless) return present;
  const named = new Set(services.map(({ name }) => name));
  return [...present, ...[...kept.values()].filter(({ name }) => !named.has(name))];
}
