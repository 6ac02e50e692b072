import { placesOverlap } from '../../../shared/bind-address.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { LoadedConfig } from './config-compiler.ts';

/**
 * What runs when some entries of a file are at fault: each of those continues as it was when it was last sound, one that
 * never was is a service with a problem. While there is an entry that nobody can name, nothing that ran is taken to be
 * gone. A port that a sound entry has now is that entry's. Pure.
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
          !sound.some((taken) => taken.enabled && service.enabled && placesOverlap(taken, service)),
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
