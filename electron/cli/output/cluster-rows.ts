/** Pods and events of a cluster as rows and as objects. Pure. */
import type { EventList, PodList } from '../kube-query.ts';
import type { Cell } from './columns.ts';
import type { Palette } from './palette.ts';
import { showDuration } from './quantity.ts';

export interface PodRow {
  readonly context: string;
  readonly namespace: string;
  readonly name: string;
  /** `2/3` */
  readonly ready: string;
  /** The phase, or why a container waits: `CrashLoopBackOff`. */
  readonly status: string;
  readonly restarts: number;
  /** ISO 8601 */
  readonly started: string | null;
}

export const podRows = (context: string, { items }: PodList): readonly PodRow[] =>
  items.map(({ metadata: { name, namespace }, status: { phase, startTime, containerStatuses } }) => {
    const waiting = containerStatuses.find(({ state }) => state?.waiting?.reason)?.state?.waiting?.reason;
    return {
      context,
      namespace,
      name,
      ready: `${containerStatuses.filter(({ ready }) => ready).length}/${containerStatuses.length}`,
      status: waiting ?? phase,
      restarts: containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
      started: startTime ?? null,
    };
  });

/** `now`: epoch ms. */
export function podCells(row: PodRow, palette: Palette, now: number): readonly Cell[] {
  const [ready, all] = row.ready.split('/');
  const isWell = (row.status === 'Running' && ready === all) || row.status === 'Succeeded';
  return [
    { text: row.context, paint: palette.faint },
    { text: row.namespace },
    { text: row.name, paint: palette.strong },
    { text: row.ready, align: 'right' },
    { text: row.status, paint: isWell ? palette.good : palette.bad },
    { text: String(row.restarts), align: 'right' },
    ageCell(row.started, now),
  ];
}

export const podHeader = ['CONTEXT', 'NAMESPACE', 'POD', 'READY', 'STATUS', 'RESTARTS', 'AGE'];

export interface EventRow {
  readonly context: string;
  readonly namespace: string;
  /** ISO 8601 */
  readonly time: string | null;
  readonly type: string;
  readonly object: string;
  readonly reason: string;
  readonly count: number;
  readonly message: string;
}

export const eventRows = (context: string, { items }: EventList): readonly EventRow[] =>
  items.map((event) => ({
    context,
    namespace: event.metadata.namespace,
    time: event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? null,
    type: event.type,
    object: `${event.involvedObject.kind.toLowerCase()}/${event.involvedObject.name}`,
    reason: event.reason,
    count: event.count ?? 1,
    message: event.message.replaceAll(/\s+/g, ' ').trim(),
  }));

/** `now`: epoch ms. */
export const eventCells = (row: EventRow, palette: Palette, now: number): readonly Cell[] => [
  { ...ageCell(row.time, now), align: 'right' },
  { text: row.context, paint: palette.faint },
  { text: row.namespace },
  { text: row.type, paint: row.type === 'Warning' ? palette.working : palette.faint },
  { text: row.object, paint: palette.strong },
  { text: row.reason },
  { text: row.count === 1 ? row.message : `${row.message} (${row.count} times)` },
];

export const eventHeader = ['AGO', 'CONTEXT', 'NAMESPACE', 'TYPE', 'OBJECT', 'REASON', 'MESSAGE'];

const ageCell = (time: string | null, now: number): Cell =>
  time === null ? { text: '' } : { text: showDuration(now - Date.parse(time)), exact: time };
