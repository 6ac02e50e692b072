/** What a screen reader announces when one snapshot replaces another; null: no change worth announcing. Pure. */
import { isConfigAtFault, overviewOf } from '../shared/overview.ts';
import type { ServiceSnapshot, Snapshot } from '../shared/service-snapshot.ts';
import { toneOf } from '../shared/service-tone.ts';
import { promptViewOf } from './prompt-view.ts';

type Announced = Pick<Snapshot, 'services' | 'config'>;
type Asked = Pick<Snapshot, 'prompts'>;

const needsUser = (service: ServiceSnapshot): boolean =>
  toneOf(service) === 'trouble' && service.cause?.recovery === 'user';

/** A new question from a program, which may be out of sight, and does not take the focus from a field. */
export function questionIn(previous: Asked, next: Asked): string | null {
  const known = new Set(previous.prompts.map(({ id }) => id));
  const fresh = next.prompts.find(({ id }) => !known.has(id));
  if (fresh === undefined) return null;
  const { title, text } = promptViewOf(fresh);
  return `${title}. ${text}`;
}

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
  if (before.tone === after.tone)
    return isConfigAtFault(next.config) && !isConfigAtFault(previous.config)
      ? 'The config needs attention'
      : null;
  return [after.headline, ...(after.detail === null ? [] : [after.detail])].join(', ');
}
