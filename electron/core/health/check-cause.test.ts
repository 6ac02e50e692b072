import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { HealthCheckSpec, ProbeSpec } from '../../../shared/service-spec.ts';
import { defaultHealthCheck } from '../config/service-defaults.ts';
import { describeFailedCheck } from './check-cause.ts';
import type { CheckFailure } from './probe.ts';

const https: ProbeSpec = {
  type: 'https',
  url: 'https://api.internal/health',
  method: 'GET',
  expectedStatus: [200],
  expectedContent: null,
  headers: {},
  verifySsl: true,
  caFile: null,
};
const specOf = (probe: ProbeSpec): HealthCheckSpec => ({ ...defaultHealthCheck, probe });

const causeOf = (failure: CheckFailure, probe: ProbeSpec = https) =>
  describeFailedCheck({ finding: 'what was seen', failure }, specOf(probe));

const late = { kind: 'timed-out', awaited: 'answer', afterMs: 5000, remoteEndSpoke: false } as const;
const answered = (code: 'check-failed' | 'check-refused' | 'certificate-expiring'): CheckFailure => ({
  kind: 'answered',
  answer: { code, title: 'HTTP 503 from the service' },
});
const badCertificate = (problem: 'expired' | 'untrusted'): CheckFailure => ({
  kind: 'answered',
  answer: { code: 'certificate-invalid', problem },
});
const closed = (stage: Extract<CheckFailure, { readonly kind: 'closed' }>['stage']): CheckFailure => ({
  kind: 'closed',
  stage,
  remoteEndSpoke: false,
});
const unconnected = (errno: string, busy = false): CheckFailure => ({ kind: 'unconnected', errno, busy });
const commandFailed: CheckFailure = {
  kind: 'command-failed',
  title: 'The check command exited with code 1',
};

describe('the cause of a failed check', () => {
  it.each([
    [late, 'timed-out', 'No answer through the tunnel within 5 s'],
    [{ ...late, afterMs: 300 }, 'timed-out', 'No answer through the tunnel within 300 ms'],
    [{ ...late, remoteEndSpoke: true }, 'timed-out', 'No complete answer from the service within 5 s'],
    [closed('right-after-opening'), 'check-failed', 'The connection was closed right after it opened'],
    [closed('tls-handshake'), 'check-failed', 'The connection was closed during the TLS handshake'],
    [closed('before-answer'), 'check-failed', 'The connection was closed before the service answered'],
    [closed('mid-answer'), 'check-failed', 'The connection was closed before the answer was complete'],
    [unconnected('ECONNREFUSED'), 'check-failed', 'The tunnel does not accept connections'],
    [unconnected('EAGAIN', true), 'check-failed', 'The tunnel is too busy to accept another connection'],
    [unconnected('EMFILE', true), 'check-failed', 'This computer cannot open another connection'],
    [answered('check-failed'), 'check-failed', 'HTTP 503 from the service'],
    [answered('check-refused'), 'check-refused', 'HTTP 503 from the service'],
    [answered('certificate-expiring'), 'certificate-expiring', 'HTTP 503 from the service'],
    [badCertificate('expired'), 'certificate-invalid', 'The certificate of api.internal has expired'],
    [badCertificate('untrusted'), 'certificate-invalid', 'The certificate of api.internal is not trusted'],
    [commandFailed, 'check-failed', 'The check command exited with code 1'],
  ] as [CheckFailure, string, string][])('of %j: %s, %s', (failure, code, title) => {
    expect(causeOf(failure)).toMatchObject({ code, title, evidence: 'what was seen' });
  });

  it('does not depend on the text of the finding', () => {
    const findings = ['HTTP 503 where', 'the certificate has expired', 'the answer is not Redis', ''];
    const failure = answered('check-refused');
    const causes = findings.map((finding) => describeFailedCheck({ finding, failure }, specOf(https)));
    expect(causes.map((cause) => ({ ...cause, evidence: null }))).toEqual(
      findings.map(() => ({ ...causeOf(failure), evidence: null })),
    );
  });

  it.each([
    ['binary-missing', 'pg_isready', 'pg_isready was not found'],
    ['file-missing', '/etc/ca.pem', 'The file /etc/ca.pem does not exist'],
    ['file-unreadable', '/etc/ca.pem', 'The file /etc/ca.pem cannot be read'],
    ['config-invalid', 'The url is odd', 'The url is odd'],
  ] as const)('of a check that could not be made is for the user: %s', (code, what, title) => {
    expect(causeOf({ kind: 'not-made', obstacle: { code, what } })).toMatchObject({
      code,
      title,
      recovery: 'user',
    });
  });

  it('is the obstacle if the check could not run', () => {
    const obstacle = describeCause('secret-missing', { what: 'db', command: 'localport secret set db' });
    expect(causeOf({ kind: 'not-made', obstacle })).toEqual(obstacle);
  });

  it('does not repeat itself', () => {
    const failure = { kind: 'not-made', obstacle: { code: 'config-invalid', what: 'No password' } } as const;
    const cause = describeFailedCheck({ finding: 'No password', failure }, specOf(https));
    expect(cause).toMatchObject({ title: 'No password', evidence: null });
  });

  it.each([answered('check-refused'), answered('certificate-expiring'), badCertificate('untrusted')])(
    'needs the user if every tunnel would get the same answer: %j',
    (failure) => {
      expect(causeOf(failure).recovery).toBe('user');
    },
  );

  it('names a command that takes too long', () => {
    const exec: ProbeSpec = { type: 'exec', argv: ['pg_isready'] };
    expect(causeOf(late, exec)).toMatchObject({
      code: 'timed-out',
      title: 'The check command did not finish within 5 s',
      remedy: 'Run the check command manually, or increase the timeout of the health check',
    });
  });

  it('does not blame the network once the service has started to answer, nor the remote end before', () => {
    expect(causeOf(late).remedy).toBe('Check the network or the VPN');
    expect(causeOf({ ...late, remoteEndSpoke: true }).remedy).toBe('Check the program at the remote end');
    expect(causeOf(unconnected('ECONNREFUSED')).remedy).toBeNull();
  });
});
