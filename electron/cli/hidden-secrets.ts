import type { Redact } from '../core/observability/redaction.ts';

/** A copy in which `redact` has processed every text, including those in lists and mappings. */
export function hideSecrets<Value>(value: Value, redact: Redact): Value;
export function hideSecrets(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item: unknown) => hideSecrets(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideSecrets(item, redact)]));
}
