import { describe, expect, it } from 'vitest';
import { describeConnectionError } from './connection-error.ts';

const whenClosed = 'the connection was closed before an answer came';

describe('connection error', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'the certificate has expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host'],
    ['CERT_UNTRUSTED', 'the certificate is not trusted (CERT_UNTRUSTED)'],
    ['ECONNRESET', whenClosed],
    ['EPIPE', whenClosed],
    ['ECONNREFUSED', 'the connection was refused (ECONNREFUSED)'],
    ['ENOENT', "the tunnel's socket is gone (ENOENT)"],
    ['EHOSTUNREACH', 'the connection failed (EHOSTUNREACH)'],
    ['HPE_HEADER_OVERFLOW', 'the headers of the answer are too large'],
    ['HPE_INVALID_CONSTANT', 'the answer is not HTTP (HPE_INVALID_CONSTANT)'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'the answer is not TLS'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'the TLS handshake failed (ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR)'],
  ])('says of %s: %s', (code, finding) => {
    expect(describeConnectionError(Object.assign(new Error('x'), { code }), whenClosed)).toBe(finding);
  });

  it('falls back on the message of an error without a code', () => {
    expect(describeConnectionError(new Error('odd'), whenClosed)).toBe('the connection failed (odd)');
  });
});
