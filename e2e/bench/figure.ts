/** A figure: a measured value, repeated and robust, with its limit; reported as a line of JSON to build/bench.mjs. */

interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly must: string;
  readonly ok: boolean;
  readonly note?: string;
}

function report(figure: Figure): void {
  console.log(JSON.stringify(figure));
}

/** A figure that must be at most `limit`, both in `unit`. */
export function reportAtMost(limit: number, figure: Omit<Figure, 'must' | 'ok'>): void {
  const { value, unit } = figure;
  report({ ...figure, must: `≤ ${limit} ${unit}`.trim(), ok: value <= limit });
}

/** A figure that must be at least `limit`, both in `unit`. */
export function reportAtLeast(limit: number, figure: Omit<Figure, 'must' | 'ok'>): void {
  const { value, unit } = figure;
  report({ ...figure, must: `≥ ${limit} ${unit}`.trim(), ok: value >= limit });
}

/** A figure that must have exactly this value. */
export function reportExactly(count: number, figure: Omit<Figure, 'unit' | 'must' | 'ok'>): void {
  report({ ...figure, unit: '', must: String(count), ok: figure.value === count });
}

/** A count of events that must not happen at all. */
export const reportNone = (figure: Omit<Figure, 'unit' | 'must' | 'ok'>): void => {
  reportExactly(0, figure);
};

/** A figure for information only, without a limit. */
export function reportForInformation(figure: Omit<Figure, 'must' | 'ok'>): void {
  report({ ...figure, must: '', ok: true });
}

/** The upper one of the two middle values; NaN for an empty list. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** `0.31 to 0.52`: the smallest and the largest. */
export const range = (values: readonly number[], digits = 2): string =>
  `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;

/** In seconds, as the figures are. */
export const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
