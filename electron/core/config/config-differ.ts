import { isDeepStrictEqual } from 'node:util';
import type { ServiceSpec } from '../../../shared/service-spec.ts';

/** The aspects of a service that differ: each requires its own reaction, and no more than that. */
export type ServiceChangeKind =
  /** The port, its bind address, the local socket, or who may connect. */
  | 'local-port'
  | 'connection'
  | 'health-check'
  | 'restart-policy'
  | 'hold'
  | 'start-timeout'
  | 'on-demand'
  /** Tags, guard, auto_off and description. */
  | 'details'
  | 'problem'
  | 'enabled';

export type ServiceChange =
  | { readonly kind: 'added'; readonly service: ServiceSpec }
  | { readonly kind: 'removed'; readonly name: string }
  | {
      readonly kind: 'changed';
      readonly service: ServiceSpec;
      readonly changes: ReadonlySet<ServiceChangeKind>;
    };

const fieldsOf: Readonly<Record<ServiceChangeKind, readonly (keyof ServiceSpec)[]>> = {
  'local-port': ['localPort', 'bind', 'localSocket', 'allowedHosts'],
  connection: ['connection', 'isAlone'],
  'health-check': ['healthCheck'],
  'restart-policy': ['restartPolicy'],
  hold: ['holdTimeoutMs'],
  'start-timeout': ['startTimeoutMs'],
  'on-demand': ['unusedMs'],
  details: ['tags', 'guard', 'autoOffMs', 'description'],
  problem: ['problem'],
  enabled: ['enabled'],
};

const aspects = Object.keys(fieldsOf) as readonly ServiceChangeKind[];

/**
 * The steps from one config to the next. A service is identified by its name: a renamed one is removed and added. Removed
 * services come first, so that their ports are free for the others, which follow in the order of the new file.
 */
export function diffServices(
  before: readonly ServiceSpec[],
  after: readonly ServiceSpec[],
): readonly ServiceChange[] {
  const earlier = new Map(before.map((service) => [service.name, service]));
  const later = new Set(after.map((service) => service.name));
  const removed = before.filter(({ name }) => !later.has(name));
  return [
    ...removed.map(({ name }): ServiceChange => ({ kind: 'removed', name })),
    ...after.flatMap((service): ServiceChange[] => {
      const previous = earlier.get(service.name);
      if (previous === undefined) return [{ kind: 'added', service }];
      const changes = changedAspects(previous, service);
      return changes.size === 0 ? [] : [{ kind: 'changed', service, changes }];
    }),
  ];
}

function changedAspects(before: ServiceSpec, after: ServiceSpec): ReadonlySet<ServiceChangeKind> {
  const differs = (field: keyof ServiceSpec): boolean => !isDeepStrictEqual(before[field], after[field]);
  return new Set(aspects.filter((aspect) => fieldsOf[aspect].some(differs)));
}
