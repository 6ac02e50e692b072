/** The URL scheme that opens a service at its local port. Pure. */
import type { Scheme } from './service-snapshot.ts';
import type { ProbeSpec, ServiceSpec } from './service-spec.ts';

const schemes: Readonly<Partial<Record<ProbeSpec['type'], Scheme>>> = {
  http: 'http',
  https: 'https',
  postgres: 'postgresql',
  mysql: 'mysql',
  redis: 'redis',
};

/** Derived from its check: the configured one, or the one that LocalPort chose for the remote port. Part of a snapshot. */
export function schemeIn({ healthCheck: { probe } }: Pick<ServiceSpec, 'healthCheck'>): {
  readonly scheme?: Scheme;
} {
  const type = probe.type === 'auto' ? probe.hello?.type : probe.type;
  const scheme = type === undefined ? undefined : schemes[type];
  return scheme === undefined ? {} : { scheme };
}
