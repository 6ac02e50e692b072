/** How long a certificate is still valid. Pure. */
import type { X509Certificate } from 'node:crypto';
import type { WrongAnswer } from '../probe.ts';

const dayMs = 24 * 60 * 60 * 1000;
const hourMs = 60 * 60 * 1000;
const defaultWithinMs = 7 * dayMs;
/** Short-lived certificates are renewed every few days, so only the last 25 % of their lifetime counts. */
const defaultLifetimeShare = 1 / 4;

export interface ExpiryRule {
  readonly servername: string;
  /** null: 7 days, or the last 25 % of a short lifetime. */
  readonly expiresWithinMs: number | null;
  /** Epoch ms. */
  readonly now: number;
}

export interface ExpiryFinding {
  readonly finding: string;
  readonly answer: WrongAnswer;
}

type Dates = Pick<X509Certificate, 'validFrom' | 'validTo'>;

/** null: it is valid for long enough. */
export function certificateFinding(certificate: Dates, rule: ExpiryRule): ExpiryFinding | null {
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const withinMs = rule.expiresWithinMs ?? Math.min(defaultWithinMs, (until - from) * defaultLifetimeShare);
  const leftMs = until - rule.now;
  if (leftMs <= 0) {
    const answer = { code: 'certificate-invalid', problem: 'expired' } as const;
    return { finding: 'the certificate has expired', answer };
  }
  if (leftMs > withinMs) return null;
  const date = new Date(until).toISOString();
  return {
    finding: `the certificate expires in ${formatLeft(leftMs)} (${date.slice(0, 16).replace('T', ' ')} UTC)`,
    answer: {
      code: 'certificate-expiring',
      title: `The certificate of ${rule.servername} expires on ${date.slice(0, 10)}`,
    },
  };
}

/** `3 days`, `1 day`, `5 hours`, `20 minutes`: the largest whole unit. */
function formatLeft(ms: number): string {
  const [count, unit] =
    ms >= dayMs ? [ms / dayMs, 'day'] : ms >= hourMs ? [ms / hourMs, 'hour'] : [ms / 60_000, 'minute'];
  const whole = Math.floor(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
