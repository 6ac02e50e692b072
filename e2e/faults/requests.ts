/** The results of the requests to one port, and figures derived from them. Moments are those of `nowMs`. */

/** `closed`: the connection ended normally, without the answer. */
export type Outcome = 'answered' | 'refused' | 'reset' | 'closed' | 'timed out' | 'wrong answer';

export interface Request {
  readonly begunAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

export const isAnswered = ({ outcome }: Request): boolean => outcome === 'answered';
const isRefused = ({ outcome }: Request): boolean => outcome === 'refused';

export const refusedOf = (requests: readonly Request[]): number => requests.filter(isRefused).length;

export const failedOf = (requests: readonly Request[]): readonly Request[] =>
  requests.filter((request) => !isAnswered(request));

/** `3 reset, 1 timed out`; empty for no requests. */
export function inWords(requests: readonly Request[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of requests) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** When the first request that began at or after this moment was answered; null: none was. */
export function answeredAgainAt(requests: readonly Request[], from: number): number | null {
  const ends = requests
    .filter((request) => isAnswered(request) && request.begunAt >= from)
    .map(({ endedAt }) => endedAt);
  return ends.length === 0 ? null : Math.min(...ends);
}

/**
 * When the outage was over for the clients: the first answer after `backAt`, to a request that had waited or that came
 * later; null: none came.
 */
export function servedAgainAt(requests: readonly Request[], backAt: number): number | null {
  const ends = requests
    .filter((request) => isAnswered(request) && request.endedAt >= backAt)
    .map(({ endedAt }) => endedAt);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** For the requests that waited at that moment: how long after it they were answered, in ms. */
export const waitsAfter = (requests: readonly Request[], at: number, since: number): readonly number[] =>
  requests
    .filter(
      (request) =>
        isAnswered(request) && request.begunAt >= since && request.begunAt < at && request.endedAt > at,
    )
    .map(({ endedAt }) => endedAt - at);

/** The quantile at this fraction; NaN for an empty list. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}
