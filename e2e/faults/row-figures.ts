/** Figures that several rows use. */
import { reportAtMost, reportForInformation, reportNone } from '../bench/figure.ts';
import type { FaultWorld, Service } from './fault-world.ts';
import { failedOf, inWords, isAnswered, percentile, refusedOf, servedAgainAt } from './requests.ts';
import type { Rival } from './rivals.ts';

/** Ends the clients. Then the limits of every row: no connection is refused, and the others lose nothing. */
export async function reportForAll(world: FaultWorld): Promise<void> {
  await world.load.end();
  const all = world.services.flatMap((service) => world.requestsTo(service));
  const others = world.others.flatMap((service) => world.requestsTo(service));
  reportNone({
    figure: 'connections refused',
    value: refusedOf(all),
    note: `${all.filter(isAnswered).length} answered`,
  });
  reportNone({
    figure: "other services' failed requests",
    value: failedOf(others).length,
    note: `of ${others.length}${nonEmpty(inWords(failedOf(others)))}`,
  });
}

const nonEmpty = (words: string): string => (words === '' ? '' : `: ${words}`);

/** A duration that may never have ended; reported in s. */
export function reportSeconds(
  limit: number | null,
  { figure, ms, note = '' }: { readonly figure: string; readonly ms: number | null; readonly note?: string },
): void {
  const told = { figure, unit: 's', value: ms === null ? NaN : ms / 1_000 };
  const withNote = { ...told, note: ms === null ? `never${note === '' ? '' : `; ${note}`}` : note };
  if (limit === null) reportForInformation(withNote);
  else reportAtMost(limit, withNote);
}

/** p50 or p95 of durations in ms, in s. */
export function reportPercentile(
  limit: number | null,
  { figure, values, part, note }: PercentileFigure,
): void {
  const ms = values.length === 0 ? null : percentile(values, part);
  reportSeconds(limit, { figure: `${figure}, p${part * 100}`, ms, note: note ?? `of ${values.length}` });
}

interface PercentileFigure {
  readonly figure: string;
  readonly values: readonly number[];
  readonly part: number;
  readonly note?: string;
}

export interface Outage {
  readonly begunAt: number;
  /** When the remote side works again, or (for a killed process) when the outage begins. */
  readonly backAt: number;
  /** When a killed process has closed its sockets: until then the kernel accepts requests for it. */
  readonly closedAt?: number;
}

const maxBehindMs = 300;

/** LocalPort compared with its alternatives: never more refusals, and recovery earlier or at most 0.3 s later. */
export function reportRivals(
  world: FaultWorld,
  service: Service,
  rivals: readonly Rival[],
  outagesOf: (target: Service | Rival) => readonly Outage[],
): void {
  const own = recoveries(world, service, outagesOf(service));
  for (const rival of rivals) {
    const theirs = recoveries(world, rival, outagesOf(rival));
    const [ownMs, theirMs] = [percentile(own, 0.5), percentile(theirs, 0.5)];
    reportAtMost(maxBehindMs / 1_000, {
      figure: `${service.name} behind ${rival.name}, recovery, median`,
      value: Number.isFinite(theirMs) ? (ownMs - theirMs) / 1_000 : ownMs === Infinity ? NaN : -Infinity,
      unit: 's',
      note: `${inSeconds(ownMs)} against ${inSeconds(theirMs)}, ${own.length} times`,
    });
    reportAtMost(refusedOf(world.requestsTo(rival)), {
      figure: `${service.name} beside ${rival.name}, refused`,
      value: refusedOf(world.requestsTo(service)),
      unit: '',
      note: `${rival.name}: ${inWords(failedOf(world.requestsTo(rival))) || 'none failed'}`,
    });
  }
}

/** For each outage, how long after its end the first client was answered, in ms; Infinity if none was. */
const recoveries = (
  world: FaultWorld,
  target: { readonly port: number },
  outages: readonly Outage[],
): readonly number[] =>
  outages.map(({ backAt, begunAt }) => {
    const requests = world.requestsTo(target).filter((request) => request.begunAt >= begunAt);
    return (servedAgainAt(requests, backAt) ?? Infinity) - backAt;
  });

const inSeconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1_000).toFixed(2)} s` : 'never');
