/** From a failed check to the cause that is shown: pure. The finding stays as evidence. */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { HealthCheckSpec } from '../../../shared/service-spec.ts';
import type { FailedCheck } from './health-verdict.ts';
import type { CheckMeaning } from './probe.ts';
import { resolveProbeUrl } from './probes/probe-url.ts';

interface Reading {
  readonly finding: RegExp;
  /** `$1` is the pattern's first group. */
  readonly title: string;
  /** `check-failed` where it is left out: another tunnel may help. */
  readonly code?: CheckMeaning['code'];
}

/** First match wins. */
const readings: readonly Reading[] = [
  { finding: /^HTTP (\d+) where/, title: 'HTTP $1 from the service' },
  {
    finding: /^the (?:first 1 MB of the )?answer did not contain/,
    title: 'The answer lacks what the check expects',
  },
  // Whoever answers in another protocol answers: the tunnel carries bytes, and the check never was the right one.
  {
    finding: /^the answer is not (\w+)/,
    title: 'The service does not speak $1',
    code: 'check-refused',
  },
  {
    finding: /^the service sent more than/,
    title: 'The service sends far more than the check asks for',
    code: 'check-refused',
  },
  {
    finding: /^the connection was closed right after/,
    title: 'The connection was closed right after it opened',
  },
  { finding: /^the connection was closed/, title: 'The connection was closed before the answer was there' },
  { finding: /^the connection was refused|^the tunnel's socket/, title: 'The tunnel takes no connections' },
  { finding: /^the TLS handshake failed/, title: 'No TLS connection to the service' },
  {
    finding: /^the (?:url|request)/,
    title: 'The health check is not configured correctly',
    code: 'config-invalid',
  },
];

export function describeFailedCheck(check: FailedCheck, spec: HealthCheckSpec): Cause {
  const evidence = check.finding;
  if (check.timedOut) {
    const within = / within .+/.exec(evidence)?.[0] ?? ' in time';
    return { ...describeCause('timed-out', { evidence }), title: `No answer through the tunnel${within}` };
  }
  if (check.meaning !== undefined) {
    const { code, what } = check.meaning;
    return describeCause(code, { evidence, what });
  }
  if (evidence.startsWith('the certificate')) {
    return describeCertificate(evidence, certificateHost(spec));
  }
  const match = readings.find(({ finding }) => finding.test(evidence));
  const group = match?.finding.exec(evidence)?.[1] ?? '';
  return describeCause(match?.code ?? 'check-failed', { evidence, what: match?.title.replace('$1', group) });
}

/** The catalogue's remedy is for tunnels: what kubectl does not trust. Here the tunnel has just carried the certificate. */
function describeCertificate(evidence: string, host: string | undefined): Cause {
  const cause = describeCause('certificate-invalid', { evidence, host });
  if (!evidence.endsWith('has expired')) {
    const remedy =
      'The tunnel works: mend the certificate, or servername, ca_file and verify_ssl of the health check';
    return { ...cause, remedy };
  }
  const title = `The certificate of ${host ?? 'the server'} has expired`;
  return { ...cause, title, remedy: 'The tunnel works: renew the certificate at the far end' };
}

/** Whose certificate it is, by the name that the check expects. */
function certificateHost({ probe }: HealthCheckSpec): string | undefined {
  if (probe.type === 'https') return resolveProbeUrl(probe, 'localhost')?.hostname;
  if (probe.type === 'postgres') return probe.host;
  return 'servername' in probe ? probe.servername : undefined;
}
