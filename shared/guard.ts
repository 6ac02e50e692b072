/** Guarded services: turned on one at a time, each after a confirmation. Pure. */
import type { ServiceSnapshot } from './service-snapshot.ts';
import { visibleLine } from './visible-text.ts';

/** The tag that marks services leading to production. It has the same effect as `guard: confirm`. */
const guardedTag = 'production';

export const isGuarded = ({ tags, guard }: Pick<ServiceSnapshot, 'tags' | 'guard'>): boolean =>
  guard === 'confirm' || tags.includes(guardedTag);

/** What "all on" turns on: guarded services only if they are on already. */
export const withoutGuarded = <S extends Pick<ServiceSnapshot, 'tags' | 'guard' | 'desired'>>(
  services: readonly S[],
): readonly S[] => services.filter((service) => service.desired === 'on' || !isGuarded(service));

/** The question before a guarded service is turned on. */
export interface GuardQuestion {
  readonly title: string;
  /** The title where the name is beside it. */
  readonly label: string;
  readonly text: string;
  readonly accept: string;
}

export function guardQuestion({ name, tags }: Pick<ServiceSnapshot, 'name' | 'tags'>): GuardQuestion {
  const isProduction = tags.includes(guardedTag);
  return {
    title: `${visibleLine(name)} ${isProduction ? 'leads to production' : 'is guarded'}: turn it on?`,
    label: `${isProduction ? 'Production' : 'Guarded'}: turn it on?`,
    text: 'LocalPort asks each time before it turns this forward on.',
    accept: 'Turn On',
  };
}
