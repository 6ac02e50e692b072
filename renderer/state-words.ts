/** The state of everything in a few words, for the header and for screen readers. */
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { countServices, overallTone, toneOf, upOfWanted } from '../shared/service-tone.ts';

/** `All 14 up`, `12 up, 2 off`, `12 of 14 up, 1 checking`, `All off`. Counted against what the user wants, not what exists. */
export function stateWords(services: readonly ServiceSnapshot[]): string {
  const counts = countServices(services);
  const { total, wanted, up } = counts;
  if (total === 0) return 'No services';
  if (wanted === 0) return 'All off';
  if (up < wanted) return upOfWanted(counts);
  if (total === 1) return '1 up';
  return wanted === total ? `All ${total} up` : `${wanted} up, ${total - wanted} off`;
}

const needsUser = (service: ServiceSnapshot): boolean =>
  toneOf(service) === 'trouble' && service.cause?.recovery === 'user';

/** What a screen reader says about the step from one snapshot to the next; null for all that can wait to be asked. */
export function announcementOf(
  previous: readonly ServiceSnapshot[],
  next: readonly ServiceSnapshot[],
): string | null {
  const known = new Set(previous.filter(needsUser).map(({ name }) => name));
  const fresh = next.filter((service) => needsUser(service) && !known.has(service.name));
  const [first] = fresh;
  if (first !== undefined) {
    return fresh.length === 1
      ? `${first.name} needs you: ${first.cause?.title ?? ''}`
      : `${fresh.length} forwards need you`;
  }
  return overallTone(previous) === overallTone(next) ? null : stateWords(next);
}
