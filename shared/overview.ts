/**
 * The overall state in one line: how many services need attention, are up, or are connecting. Headline, tooltip, icon, menu,
 * and screen reader all use this function, so that no two of them disagree. Pure.
 */
import type { Snapshot } from './service-snapshot.ts';
import { countServices, overallTone, upOfWanted, type SnapshotCounts, type Tone } from './service-tone.ts';

export interface Overview {
  readonly tone: Tone;
  /** `2 need attention`, `All 12 up`. */
  readonly headline: string;
  /** `9 of 12 up, 1 checking`; null: the headline is enough. */
  readonly detail: string | null;
  /** The number of services in trouble, plus 1 if the config has errors. */
  readonly attention: number;
}

type OverviewFacts = Pick<Snapshot, 'services'> & { readonly config: Pick<Snapshot['config'], 'status'> };

export function overviewOf({ services, config }: OverviewFacts): Overview {
  const counts = countServices(services);
  const configFault = isConfigAtFault(config);
  const attention = counts.trouble + (configFault ? 1 : 0);
  if (attention === 0) return { tone: overallTone(services), ...calmWords(counts), attention };
  const headline =
    counts.trouble === 0
      ? 'The config needs attention'
      : `${attention} ${attention === 1 ? 'needs' : 'need'} attention`;
  return { tone: 'trouble', headline, detail: upCount(counts), attention };
}

/** Whether part or all of the file is not in effect. */
export const isConfigAtFault = ({ status }: Pick<Snapshot['config'], 'status'>): boolean =>
  status === 'broken' || status === 'partial' || status === 'untrusted';

function upCount(counts: SnapshotCounts): string | null {
  if (counts.total === 0) return null;
  return counts.wanted === 0 ? 'All off' : upOfWanted(counts);
}

function calmWords(counts: SnapshotCounts): Pick<Overview, 'headline' | 'detail'> {
  const { total, wanted, up, working, stopping, checking } = counts;
  if (total === 0) return { headline: 'No forwards', detail: null };
  if (wanted === 0) return { headline: 'All off', detail: null };
  if (up < wanted) {
    const onTheirWay = [
      ...(working === stopping ? [] : [`${working - stopping} connecting`]),
      ...(checking === 0 ? [] : [`${checking} checking`]),
    ];
    return { headline: `${up} of ${wanted} up`, detail: onTheirWay.join(', ') || null };
  }
  if (wanted < total) return { headline: `${up} up`, detail: `${total - wanted} off` };
  const all = total === 1 ? '1 up' : total === 2 ? 'Both up' : `All ${total} up`;
  return { headline: all, detail: null };
}
