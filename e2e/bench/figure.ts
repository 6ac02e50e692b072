/** A figure: what was measured, often and robustly put, and what it must be; told as a line of JSON to build/bench.mjs. */

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

/** A figure that may be `limit` at the most, both in `unit`. */
export function reportAtMost(limit: number, figure: Omit<Figure, 'must' | 'ok'>): void {
  const { value, unit } = figure;
  report({ ...figure, must: `≤ ${limit} ${unit}`.trim(), ok: value <= limit });
}

/** A figure that must be `limit` at the least, both in `unit`. */
export function reportAtLeast(limit: number, figure: Omit<Figure, 'must' | 'ok'>): void {
  const { value, unit } = figure;
  report({ ...figure, must: `≥ ${limit} ${unit}`.trim(), ok: value >= limit });
}

/** A figure that must be this number and no other. */
export function reportExactly(count: number, figure: Omit<Figure, 'unit' | 'must' | 'ok'>): void {
  report({ ...figure, unit: '', must: String(count), ok: figure.value === count });
}

/** A number of what must not happen at all. */
export const reportNone = (figure: Omit<Figure, 'unit' | 'must' | 'ok'>): void => {
  reportExactly(0, figure);
};

/** What is worth knowing beside the others, and binds nobody. */
export function reportForInformation(figure: Omit<Figure, 'must' | 'ok'>): void {
  report({ ...figure, must: '', ok: true });
}

/** The upper one of the two in the middle; NaN of nothing. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** `0.31 to 0.52`: the least and the greatest. */
export const range = (values: readonly number[], digits = 2): string =>
  `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;

/** In seconds, as the figures are. */
export const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
