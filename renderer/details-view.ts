/** What the details page shows about a service, as text. Pure. */
import { detailsSpanMs, maxPastOutages } from '../shared/details-bounds.ts';
import type { PastOutage, ServiceDetails, Span } from '../shared/service-details.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { latencyText, uptimeText } from './duration-text.ts';

export interface BarPart {
  readonly state: Span['state'] | 'unknown';
  /** Fraction of the whole bar, 0 to 1. */
  readonly share: number;
}

/** The last 24 hours, oldest first; time before LocalPort started is unknown. The page keeps very short parts visible. */
export function barOf(spans: readonly Span[], now: number): readonly BarPart[] {
  const begin = now - detailsSpanMs;
  const known = spans
    .map((span, index) => ({ state: span.state, since: span.since, end: spans[index + 1]?.since ?? now }))
    .filter(({ end }) => end > begin)
    .map(({ state, since, end }) => ({ state, length: end - Math.max(since, begin) }));
  const unknown = detailsSpanMs - known.reduce((sum, { length }) => sum + length, 0);
  return [
    ...(unknown > 0 ? [{ state: 'unknown' as const, length: unknown }] : []),
    ...known.filter(({ length }) => length > 0),
  ].map(({ state, length }) => ({ state, share: length / detailsSpanMs }));
}

/** The outages of the last 24 hours, newest first, for both the list and the count. */
export const outagesOf = (details: ServiceDetails | null, now: number): readonly PastOutage[] =>
  (details?.outages ?? []).filter(({ since }) => since > now - detailsSpanMs).reverse();

/** `2, 48 min in total`. */
function outagesText(outages: readonly PastOutage[]): string {
  if (outages.length === 0) return 'none';
  const totalMs = outages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  // Older outages are no longer stored.
  const atLeast = outages.length < maxPastOutages ? '' : 'at least ';
  return `${atLeast}${outages.length}, ${uptimeText(totalMs)} in total`;
}

/** `99.98% up in the last 24 h`; null: nothing is known yet. Time turned off does not count. */
export function availabilityText(spans: readonly Span[], now: number): string | null {
  const parts = barOf(spans, now);
  const shareOf = (state: BarPart['state']): number =>
    parts.reduce((sum, part) => sum + (part.state === state ? part.share : 0), 0);
  const [up, down] = [shareOf('up'), shareOf('down')];
  if (up + down === 0) return null;
  const percent = (100 * up) / (up + down);
  // Rounding must not hide an outage.
  const shown = percent > 99.99 && down > 0 ? '99.99' : percent.toFixed(percent === 100 ? 0 : 2);
  return `${shown}% up in the last 24 h`;
}

export interface DetailFact {
  readonly name: string;
  readonly value: string;
}

/** Bytes per second, from clients to the remote end and back; null: not known yet. */
export interface ByteRate {
  readonly out: number;
  readonly in: number;
}

export function factsOf(
  service: ServiceSnapshot,
  details: ServiceDetails | null,
  { rate, now }: { readonly rate: ByteRate | null; readonly now: number },
): readonly DetailFact[] {
  const { checkMs, unusedMs, connections, held, bytesOut, bytesIn, restarts } = service;
  const process = details?.process ?? null;
  const fact = (name: string, value: string | null): readonly DetailFact[] =>
    value === null ? [] : [{ name, value }];
  return [
    ...fact('Check', checkMs === null ? null : latencyText(checkMs)),
    ...fact('Connections', held === 0 ? `${connections} open` : `${connections} open, ${held} waiting`),
    ...fact('Sent', trafficText(bytesOut, rate?.out)),
    ...fact('Received', trafficText(bytesIn, rate?.in)),
    ...fact('Tunnel', process === null ? null : tunnelText(process)),
    ...fact('On demand', unusedMs === undefined ? null : `disconnects after ${uptimeText(unusedMs)} unused`),
    ...fact('Restarts', restarts === 0 ? 'none' : String(restarts)),
    ...fact('Outages', details === null ? null : outagesText(outagesOf(details, now))),
  ];
}

const tunnelText = ({ pid, command }: NonNullable<ServiceDetails['process']>): string =>
  command === null ? `process ${pid}` : `${command}, process ${pid}`;

const trafficText = (bytes: number, rate: number | undefined): string =>
  rate === undefined || rate < 1 ? bytesText(bytes) : `${bytesText(bytes)}, ${bytesText(rate)}/s`;

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `812 B`, `1.2 MB`: decimal units, as macOS shows them. */
export function bytesText(bytes: number): string {
  let value = Math.round(bytes);
  if (value < 1000) return `${value} B`;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** `10:12` today, `Nov 21, 10:12` on other days. */
export function momentText(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(
    'en-US',
    isToday ? time : { month: 'short', day: 'numeric', ...time },
  ).format(at);
}
