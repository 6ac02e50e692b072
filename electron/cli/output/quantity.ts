/** Durations and amounts in a few characters, for people. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `1 service`, `2 services` */
export const showCount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The two largest units: `3d 4h`, `2h 5m`, `41s`; below a second `0s`. */
export function showDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms >= dayMs) return `${Math.floor(ms / dayMs)}d ${Math.floor((ms % dayMs) / hourMs)}h`;
  if (ms >= hourMs) return `${Math.floor(ms / hourMs)}h ${Math.floor((ms % hourMs) / minuteMs)}m`;
  if (ms >= minuteMs) return `${Math.floor(ms / minuteMs)}m ${Math.floor((ms % minuteMs) / 1_000)}s`;
  return `${Math.floor(ms / 1_000)}s`;
}

/** Decimal units, at most three digits: `0 B`, `999 B`, `1.2 kB`, `34 MB`. */
export function showBytes(bytes: number): string {
  let amount = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB', 'TB']) {
    // 999.5 would round up to four digits.
    if (amount < 999.5 || unit === 'TB') {
      return `${unit === 'B' || amount >= 9.95 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
    }
    amount /= 1_000;
  }
  return `${bytes} B`;
}
