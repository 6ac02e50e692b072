/** Services that are turned on one by one, each after a confirmation. Pure. */
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The tag by which a config marks what leads into production. It guards as `guard: confirm` does. */
const guardedTag = 'production';

export const isGuarded = ({ tags, guard }: Pick<ServiceSnapshot, 'tags' | 'guard'>): boolean =>
  guard === 'confirm' || tags.includes(guardedTag);

/** What "all on" turns on: of those that are guarded only what is on already. */
export const withoutGuarded = <S extends Pick<ServiceSnapshot, 'tags' | 'guard' | 'desired'>>(
  services: readonly S[],
): readonly S[] => services.filter((service) => service.desired === 'on' || !isGuarded(service));
