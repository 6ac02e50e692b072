/** What a screen reader announces when one snapshot replaces another; null: no change worth announcing. Pure. */
import { overviewOf } from '../shared/overview.ts';
import type { ServiceSnapshot, Snapshot } from '../shared/service-snapshot.ts';
import { toneOf } from '../shared/service-tone.ts';

type Announced = Pick<Snapshot, 'services' | 'config'>;

const needsUser = (service: ServiceSnapshot): boolean =>
  toneOf(service) === 'trouble' && service.cause?.recovery === 'user';

export function announcementOf(previous: Announced, next: Announced): string | null {
  const known = new Set(previous.services.filter(needsUser).map(({ name }) => name));
  const fresh = next.services.filter((service) => needsUser(service) && !known.has(service.name));
  const [first] = fresh;
  if (first !== undefined) {
    return fresh.length === 1
      ? `${first.name} needs attention: ${first.cause?.title ?? ''}`
      : `${fresh.length} forwards need attention`;
  }
  const [before, after] = [overviewOf(previous), overviewOf(next)];
  if (before.tone === after.tone) return null;
  return [after.headline, ...(after.detail === null ? [] : [after.detail])].join(', ');
}
