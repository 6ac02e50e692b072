/** Many troubles with one cause are one trouble: told once, above rows that stay quiet. */
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { overallTone, type Tone } from '../shared/service-tone.ts';
import { causeViewOf, type CauseView } from './cause-view.ts';
import { groupInOrder } from './grouping.ts';

/** Below this, one card and its quiet rows take more room than the troubles told row by row. */
const minServicesSharing = 3;

export interface SharedCauseView {
  readonly key: string;
  /** In the order of the file. */
  readonly names: readonly string[];
  /** As on their rows: what merely waits for the network is no trouble. */
  readonly tone: Tone;
  readonly cause: CauseView;
}

const keyOf = (service: ServiceSnapshot): string =>
  `${service.cause?.code ?? ''} ${service.cause?.title ?? ''}`;

/** The causes that at least three services have in common, in the order in which they first appear. */
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

/** The member whose next step comes first speaks for all. */
function nextToTry(members: readonly ServiceSnapshot[]): ServiceSnapshot {
  const due = (service: ServiceSnapshot): number =>
    service.phase === 'connecting' ? -Infinity : (service.nextRetryAt ?? Infinity);
  return members.reduce((first, service) => (due(service) < due(first) ? service : first));
}

/** A log and a count of tries belong to one service: they stay with its row. */
const forAllOf = (view: CauseView): CauseView => ({
  ...view,
  tries: null,
  action: view.action?.kind === 'open-log' ? null : view.action,
});
