/** From a failed check to the cause that is shown: pure. The finding stays as evidence. */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { HealthCheckSpec } from '../../../shared/service-spec.ts';
import type { HealthReport } from './health-verdict.ts';
import { resolveProbeUrl } from './probes/probe-url.ts';

type FailedCheck = Pick<Extract<HealthReport, { readonly kind: 'check-failed' }>, 'finding' | 'timedOut'>;

/** First match wins. `$1` is the pattern's first group. */
const titles: readonly { readonly finding: RegExp; readonly title: string }[] = [
  { finding: /^HTTP (\d+) where/, title: 'HTTP $1 from the service' },
  {
    finding: /^the (?:first 1 MB of the )?answer did not contain/,
    title: 'The answer lacks what the check expects',
  },
  { finding: /^the answer is not (\w+)/, title: 'The service does not speak $1' },
  {
    finding: /^the connection was closed right after/,
    title: 'The connection was closed right after it opened',
  },
  { finding: /^the connection was closed/, title: 'The connection was closed before the answer was there' },
  { finding: /^the connection was refused|^the tunnel's socket/, title: 'The tunnel takes no connections' },
  { finding: /^the TLS handshake failed/, title: 'No TLS connection to the service' },
  { finding: /^the (?:url|request)/, title: 'The health check is not configured correctly' },
];

export function describeFailedCheck(check: FailedCheck, spec: HealthCheckSpec): Cause {
  const evidence = check.finding;
  if (check.timedOut) {
    const within = / within .+/.exec(evidence)?.[0] ?? ' in time';
    return { ...describeCause('timed-out', { evidence }), title: `No answer through the tunnel${within}` };
  }
  if (evidence.startsWith('the certificate')) {
    return describeCause('certificate-invalid', { evidence, host: certificateHost(spec) });
  }
  const match = titles.find(({ finding }) => finding.test(evidence));
  const group = match?.finding.exec(evidence)?.[1] ?? '';
  return describeCause('check-failed', { evidence, what: match?.title.replace('$1', group) });
}

function certificateHost({ probe }: HealthCheckSpec): string | undefined {
  return probe.type === 'https' ? resolveProbeUrl(probe, 'localhost')?.hostname : undefined;
}
