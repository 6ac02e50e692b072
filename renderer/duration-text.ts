/**
 * Times as the popover shows them: one unit, and fractions only where they are useful. Each text has a function that says when
 * it changes, so that no timer fires only to draw the same text again.
 */
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface Unit {
  readonly ms: number;
  readonly name: string;
}

function unitOf(durationMs: number): Unit {
  if (durationMs < minuteMs) return { ms: secondMs, name: 's' };
  if (durationMs < hourMs) return { ms: minuteMs, name: 'min' };
  if (durationMs < 2 * dayMs) return { ms: hourMs, name: 'h' };
  return { ms: dayMs, name: 'd' };
}

/** `12 s`, `3 min`, `47 h`, `2 d`: whole elapsed units. */
export function uptimeText(elapsedMs: number): string {
  const elapsed = Math.max(0, elapsedMs);
  const unit = unitOf(elapsed);
  return `${Math.floor(elapsed / unit.ms)} ${unit.name}`;
}

/** Milliseconds until `uptimeText` changes. */
export function msUntilUptimeChanges(elapsedMs: number): number {
  const elapsed = Math.max(0, elapsedMs);
  const unit = unitOf(elapsed);
  return unit.ms - (elapsed % unit.ms);
}

/** `in 4 s`, `in 2 min`, rounded up; `now` at zero. */
export function countdownText(remainingMs: number): string {
  if (remainingMs <= 0) return 'now';
  const unit = unitOf(remainingMs - 1);
  return `in ${Math.ceil(remainingMs / unit.ms)} ${unit.name}`;
}

/** Milliseconds until `countdownText` changes; null: it has reached `now`. */
export function msUntilCountdownChanges(remainingMs: number): number | null {
  if (remainingMs <= 0) return null;
  const unit = unitOf(remainingMs - 1);
  return remainingMs % unit.ms || unit.ms;
}

/** `<1 ms`, `2 ms`, `1.2 s`. */
export function latencyText(latencyMs: number): string {
  if (latencyMs < 1) return '<1 ms';
  const rounded = Math.round(latencyMs);
  return rounded < secondMs ? `${rounded} ms` : `${(latencyMs / secondMs).toFixed(1)} s`;
}
