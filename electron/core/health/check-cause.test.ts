import { describe, expect, it } from 'vitest';
import type { HealthCheckSpec } from '../../../shared/service-spec.ts';
import { defaultHealthCheck } from '../config/service-defaults.ts';
import { describeFailedCheck } from './check-cause.ts';

const spec: HealthCheckSpec = {
  ...defaultHealthCheck,
  probe: {
    type: 'https',
    url: 'https://api.internal/health',
    method: 'GET',
    expectedStatus: [200],
    expectedContent: null,
    headers: {},
    verifySsl: true,
    caFile: null,
  },
};

describe('cause of a failed check', () => {
  it.each([
    ['HTTP 503 where 200 or 204 was expected', 'check-failed', 'HTTP 503 from the service'],
    [
      'the answer did not contain "HTTP 500 where"',
      'check-failed',
      'The answer lacks what the check expects',
    ],
    [
      'the first 1 MB of the answer did not contain "ok"',
      'check-failed',
      'The answer lacks what the check expects',
    ],
    ['the answer is not PostgreSQL', 'check-refused', 'The service does not speak PostgreSQL'],
    ['the answer is not HTTP (HPE_INVALID_CONSTANT)', 'check-refused', 'The service does not speak HTTP'],
    [
      'the service sent more than 2 MB in answer to one check',
      'check-refused',
      'The service sends far more than the check asks for',
    ],
    [
      'the connection was closed right after it opened',
      'check-failed',
      'The connection was closed right after it opened',
    ],
    [
      'the connection was closed before Kafka answered',
      'check-failed',
      'The connection was closed before the answer was there',
    ],
    ['the connection was refused (ECONNREFUSED)', 'check-failed', 'The tunnel takes no connections'],
    ["the tunnel's socket is gone (ENOENT)", 'check-failed', 'The tunnel takes no connections'],
    [
      'the TLS handshake failed (ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR)',
      'check-failed',
      'No TLS connection to the service',
    ],
    ['the url of the check cannot be read', 'config-invalid', 'The health check is not configured correctly'],
    ['the connection failed (EHOSTUNREACH)', 'check-failed', 'No answer through the tunnel'],
    ['the certificate has expired', 'certificate-invalid', 'The certificate of api.internal has expired'],
    [
      'the certificate is self-signed',
      'certificate-invalid',
      'The certificate of api.internal is not trusted',
    ],
  ])('reads "%s" as %s: %s', (finding, code, title) => {
    expect(describeFailedCheck({ finding, timedOut: false }, spec)).toMatchObject({
      code,
      title,
      evidence: finding,
    });
  });

  it('is what the probe says where the finding is the words of a server, whatever these are like', () => {
    const meaning = { code: 'check-refused', what: 'PostgreSQL refused the login of app' } as const;
    const finding = 'the certificate of HTTP 503 where the answer is not PostgreSQL';
    expect(describeFailedCheck({ finding, timedOut: false, meaning }, spec)).toMatchObject({
      code: 'check-refused',
      title: 'PostgreSQL refused the login of app',
      evidence: finding,
      recovery: 'user',
    });
  });

  it.each([
    'check-refused',
    'certificate-expiring',
    'binary-missing',
    'file-missing',
    'file-unreadable',
    'authority-missing',
    'config-invalid',
  ] as const)('of the code %s is nothing that another tunnel could mend', (code) => {
    const meaning = { code, what: 'x' };
    expect(describeFailedCheck({ finding: 'y', timedOut: false, meaning }, spec).recovery).toBe('user');
  });

  it.each([
    ['no answer within 5 s', 'No answer through the tunnel within 5 s'],
    ['no TLS handshake within 300 ms', 'No answer through the tunnel within 300 ms'],
  ])('names the deadline that has passed: %s', (finding, title) => {
    expect(describeFailedCheck({ finding, timedOut: true }, spec)).toMatchObject({
      code: 'timed-out',
      title,
      evidence: finding,
    });
  });
});
