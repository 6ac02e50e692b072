/** A duration as a single number: `30 ms`, `0.2 s`, `4 s`, `2 min`. */
export function secondsText(ms: number): string {
  const value = Math.max(0, ms) / 1_000;
  if (value < 0.095) return `${Math.round(value * 1_000)} ms`;
  if (value >= 90) return `${Math.round(value / 60)} min`;
  return value < 9.95 ? `${Number(value.toFixed(1))} s` : `${Math.round(value)} s`;
}
