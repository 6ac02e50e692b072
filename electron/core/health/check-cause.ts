/**
 * Maps a failed check to the cause that is shown. Only the kind of failure decides; the finding becomes the evidence.
 * Pure.
 */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { assertNever } from '../../../shared/result.ts';
import type { HealthCheckSpec } from '../../../shared/service-spec.ts';
import type { FailedCheck } from './health-verdict.ts';
import type { CheckFailure, ClosedStage, WrongAnswer } from './probe.ts';
import { formatDuration } from './probes/format-duration.ts';
import { resolveProbeUrl } from './probes/probe-url.ts';

type Failure<K extends CheckFailure['kind']> = Extract<CheckFailure, { readonly kind: K }>;

const closedTitles: Readonly<Record<ClosedStage, string>> = {
  'right-after-opening': 'The connection was closed right after it opened',
  'tls-handshake': 'The connection was closed during the TLS handshake',
  'before-answer': 'The connection was closed before the service answered',
  'mid-answer': 'The connection was closed before the answer was complete',
};

export function describeFailedCheck(check: FailedCheck, spec: HealthCheckSpec): Cause {
  const { failure, finding: evidence } = check;
  switch (failure.kind) {
    case 'timed-out':
      return { ...describeCause('timed-out', { evidence }), ...timeoutTexts(failure, spec) };
    case 'closed':
      return describeCause('check-failed', { evidence, what: closedTitles[failure.stage] });
    case 'unconnected':
      // The remote end is not involved, so its remedy does not apply.
      return {
        ...describeCause('check-failed', { evidence, what: unconnectedTitle(failure) }),
        remedy: null,
      };
    case 'answered':
      return describeAnswer(failure.answer, evidence, spec);
    case 'command-failed':
      return describeCause('check-failed', { evidence, what: failure.title });
    case 'not-made': {
      const { obstacle } = failure;
      return 'title' in obstacle ? obstacle : describeCause(obstacle.code, { evidence, what: obstacle.what });
    }
    default:
      return assertNever(failure, 'check failure');
  }
}

function timeoutTexts(
  { afterMs, remoteEndSpoke }: Failure<'timed-out'>,
  spec: HealthCheckSpec,
): Partial<Cause> {
  const within = `within ${formatDuration(afterMs)}`;
  if (spec.probe.type === 'exec') {
    const remedy = 'Run the check command manually, or increase the timeout of the health check';
    return { title: `The check command did not finish ${within}`, remedy };
  }
  if (!remoteEndSpoke) return { title: `No answer through the tunnel ${within}` };
  // The network has delivered part of the answer, so it is not the problem.
  const remedy = 'Check the program at the remote end';
  return { title: `No complete answer from the service ${within}`, remedy };
}

function unconnectedTitle({ errno, busy }: Failure<'unconnected'>): string {
  if (!busy) return 'The tunnel does not accept connections';
  return errno === 'EAGAIN'
    ? 'The tunnel is too busy to accept another connection'
    : 'This computer cannot open another connection';
}

function describeAnswer(answer: WrongAnswer, evidence: string, spec: HealthCheckSpec): Cause {
  switch (answer.code) {
    case 'check-failed':
    case 'check-refused': {
      const cause = describeCause(answer.code, { evidence, what: answer.title });
      return { ...cause, remedy: answer.remedy ?? cause.remedy };
    }
    case 'certificate-expiring':
      return describeCause(answer.code, { evidence, what: answer.title });
    case 'certificate-invalid':
      return describeCertificate(answer.problem, evidence, certificateHost(spec));
    default:
      return assertNever(answer, 'wrong answer');
  }
}

/**
 * The catalog's remedy is about kubectl not trusting a cluster. Here the tunnel works: it has just delivered the
 * certificate.
 */
function describeCertificate(
  problem: 'expired' | 'untrusted',
  evidence: string,
  host: string | undefined,
): Cause {
  const cause = describeCause('certificate-invalid', { evidence, host });
  if (problem === 'untrusted') {
    const remedy =
      'The tunnel works: fix the certificate, or correct servername, ca_file, or verify_ssl in the health check';
    return { ...cause, remedy };
  }
  const title = `The certificate of ${host ?? 'the server'} has expired`;
  return { ...cause, title, remedy: 'The tunnel works: renew the certificate at the remote end' };
}

/** The host name that the check expects in the certificate. */
function certificateHost({ probe }: HealthCheckSpec): string | undefined {
  if (probe.type === 'https') return resolveProbeUrl(probe, 'localhost')?.hostname;
  if (probe.type === 'postgres') return probe.host;
  return 'servername' in probe ? probe.servername : undefined;
}
