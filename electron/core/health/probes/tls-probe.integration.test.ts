import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import { ask, causeOf, finding, tlsSpec } from './testing/ask.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import { answers, closesAtOnce, listen, neverAnswers, type Behavior } from './testing/test-server.ts';
import type { TlsProbeSpec } from './tls-probe.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const hourMs = 3_600_000;
const lasting = (ms: number, host = 'db.internal') =>
  makeCertificate({
    host,
    notBefore: new Date(Date.now() - 365 * 24 * hourMs),
    notAfter: new Date(Date.now() + ms),
  });

const check = async (leftMs: number, given: Partial<TlsProbeSpec> = {}): Promise<unknown> => {
  const server = await listen(neverAnswers, { certificate: lasting(leftMs) });
  scope.own('server', () => server.close());
  const spec = { ...tlsSpec, servername: 'db.internal', ...given };
  return causeOf(ask(server.endpoint, spec), spec);
};

describe('tls probe', () => {
  it('passes with a handshake, without a byte of the application protocol', async () => {
    expect(await check(30 * 24 * hourMs)).toBe('passed');
  });

  it('names the day on which the certificate expires', async () => {
    const day = new Date(Date.now() + 3.5 * 24 * hourMs).toISOString().slice(0, 10);
    expect(await check(3.5 * 24 * hourMs)).toEqual([
      'certificate-expiring',
      `The certificate of db.internal expires on ${day}`,
      expect.stringMatching(/^the certificate expires in 3 days \(/),
    ]);
  });

  it('uses the configured expiry time', async () => {
    expect(await check(3 * 24 * hourMs, { expiresWithinMs: 2 * 24 * hourMs })).toBe('passed');
    expect(await check(20 * 24 * hourMs, { expiresWithinMs: 21 * 24 * hourMs })).toContain(
      'certificate-expiring',
    );
  });

  it('notices a certificate that expires between two checks', async () => {
    // Certificate dates are whole seconds.
    const server = await listen(neverAnswers, { certificate: lasting(2_000) });
    scope.own('server', () => server.close());
    const spec = { ...tlsSpec, expiresWithinMs: 0 };
    expect(await finding(ask(server.endpoint, spec))).toBe('passed');
    await expect
      .poll(() => finding(ask(server.endpoint, spec)), { timeout: 10_000 })
      .toBe('the certificate has expired');
  });

  it('does not trust an unverifiable certificate unless configured otherwise', async () => {
    expect(await check(30 * 24 * hourMs, { verifySsl: true })).toEqual([
      'certificate-invalid',
      'The certificate of db.internal is not trusted',
      'the certificate is self-signed',
    ]);
  });

  it('reports an expired certificate, verified or not', async () => {
    for (const verifySsl of [true, false]) {
      expect(await check(-hourMs, { verifySsl })).toEqual([
        'certificate-invalid',
        'The certificate of db.internal has expired',
        'the certificate has expired',
      ]);
    }
  });

  it.each([
    ['speaks no TLS', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), 'the answer is not TLS'],
    ['closes at once', closesAtOnce, 'the connection was closed during the TLS handshake'],
    ['never answers', neverAnswers, 'no TLS handshake within 300 ms'],
  ] as [string, Behavior, string][])('fails when the remote end %s', async (_, behavior, expected) => {
    const server = await listen(behavior);
    scope.own('server', () => server.close());
    expect(await finding(ask(server.endpoint, tlsSpec, { timeoutMs: 300 }))).toBe(expected);
  });
});
