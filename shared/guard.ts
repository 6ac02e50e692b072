/** Guarded services: turned on one at a time, each after a confirmation. Pure. */
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The tag that marks services leading to production. It has the same effect as `guard: confirm`. */
const guardedTag = 'production';

export const isGuarded = ({ tags, guard }: Pick<ServiceSnapshot, 'tags' | 'guard'>): boolean =>
  guard === 'confirm' || tags.includes(guardedTag);

/** What "all on" turns on: guarded services only if they are on already. */
export const withoutGuarded = <S extends Pick<ServiceSnapshot, 'tags' | 'guard' | 'desired'>>(
  services: readonly S[],
): readonly S[] => services.filter((service) => service.desired === 'on' || !isGuarded(service));
