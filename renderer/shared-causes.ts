/** Several failures with the same cause are one problem: shown once, above quiet rows. */
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { overallTone, type Tone } from '../shared/service-tone.ts';
import { causeViewOf, type CauseView } from './cause-view.ts';
import { groupInOrder } from './grouping.ts';

/** With fewer services, a card plus quiet rows takes more space than showing the cause in each row. */
const minServicesSharing = 3;

export interface SharedCauseView {
  readonly key: string;
  /** In file order. */
  readonly names: readonly string[];
  /** As on their rows: only waiting for the network is not trouble. */
  readonly tone: Tone;
  readonly cause: CauseView;
}

const keyOf = (service: ServiceSnapshot): string =>
  `${service.cause?.code ?? ''} ${service.cause?.title ?? ''}`;

/** The causes shared by at least three services, in order of first appearance. */
export function sharedCausesOf(
  services: readonly ServiceSnapshot[],
  now: number,
): readonly SharedCauseView[] {
  const troubled = services.filter((service) => causeViewOf(service, now) !== null);
  const groups = groupInOrder(troubled, keyOf);
  return [...groups].flatMap(([key, members]) => {
    const view = causeViewOf(nextToTry(members), now);
    if (view === null || members.length < minServicesSharing) return [];
    const names = members.map(({ name }) => name);
    return [{ key, names, tone: overallTone(members), cause: forAllOf(view) }];
  });
}

/** The member with the earliest retry represents all. */
function nextToTry(members: readonly ServiceSnapshot[]): ServiceSnapshot {
  const due = (service: ServiceSnapshot): number =>
    service.phase === 'connecting' ? -Infinity : (service.nextRetryAt ?? Infinity);
  return members.reduce((first, service) => (due(service) < due(first) ? service : first));
}

/** A log and a count of tries belong to a single service, so they are left out. */
const forAllOf = (view: CauseView): CauseView => ({
  ...view,
  tries: null,
  action: view.action?.kind === 'open-log' ? null : view.action,
});
