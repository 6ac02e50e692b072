import type { Cause } from '../../../shared/failure.ts';
import type { Redact } from './redaction.ts';

export type RedactCause = (cause: Cause) => Cause;

/** Each cause is redacted once, however many snapshots show it. */
export function createCauseRedactor(redact: Redact): RedactCause {
  const redacted = new WeakMap<Cause, Cause>();
  return (cause) => {
    const known = redacted.get(cause);
    if (known !== undefined) return known;
    const result = {
      ...cause,
      title: redact(cause.title),
      evidence: cause.evidence === null ? null : redact(cause.evidence),
      remedy: cause.remedy === null ? null : redact(cause.remedy),
    };
    redacted.set(cause, result);
    return result;
  };
}
