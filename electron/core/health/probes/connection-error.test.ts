import { describe, expect, it } from 'vitest';
import { readConnectionError, type ErrorContext } from './connection-error.ts';
import { outcomeOf } from './testing/outcome.ts';

const whenClosed = 'the connection was closed before an answer arrived';
const spoke: ErrorContext = {
  stage: 'before-answer',
  whenClosed,
  isOpen: true,
  remoteEndSpoke: true,
  certificateError: null,
};
const silent: ErrorContext = { ...spoke, remoteEndSpoke: false };
const unopened: ErrorContext = { ...silent, isOpen: false, stage: 'right-after-opening' };

const read = (code: string, context: ErrorContext): readonly string[] => {
  const { finding, failure } = readConnectionError(Object.assign(new Error('x'), { code }), context);
  return [outcomeOf({ kind: 'failed', finding, failure }), finding];
};

describe('a connection error', () => {
  it.each([
    ['ECONNRESET', 'closed before-answer, after bytes', whenClosed],
    ['EPIPE', 'closed before-answer, after bytes', whenClosed],
    ['ETIMEDOUT', 'closed before-answer, after bytes', 'the connection failed (ETIMEDOUT)'],
    ['HPE_HEADER_OVERFLOW', 'answered check-refused', 'the response headers are too large'],
    ['HPE_INVALID_CONSTANT', 'answered check-refused', 'the answer is not HTTP (HPE_INVALID_CONSTANT)'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'answered check-refused', 'the answer is not TLS'],
    [
      'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
      'answered check-failed',
      'the TLS handshake failed (ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR)',
    ],
  ])('after bytes from the remote end, %s: %s, %s', (code, failure, finding) => {
    expect(read(code, spoke)).toEqual([failure, finding]);
  });

  it.each([
    ['ECONNRESET', 'closed before-answer', whenClosed],
    ['EHOSTUNREACH', 'closed before-answer', 'the connection failed (EHOSTUNREACH)'],
    ['ERR_SSL_NO_CIPHERS', 'closed before-answer', 'the connection failed (ERR_SSL_NO_CIPHERS)'],
  ])('on a silent connection, %s: %s, %s', (code, failure, finding) => {
    expect(read(code, silent)).toEqual([failure, finding]);
  });

  it.each([
    ['ECONNREFUSED', 'unconnected ECONNREFUSED', 'the connection was refused (ECONNREFUSED)'],
    ['ENOENT', 'unconnected ENOENT', "the tunnel's socket is gone (ENOENT)"],
    ['EHOSTUNREACH', 'unconnected EHOSTUNREACH', 'the connection failed (EHOSTUNREACH)'],
    ['EAGAIN', 'unconnected EAGAIN, busy', 'the connection failed (EAGAIN)'],
    ['EMFILE', 'unconnected EMFILE, busy', 'the connection failed (EMFILE)'],
    ['ECONNRESET', 'closed right-after-opening', whenClosed],
  ])('before the connection is open, %s: %s, %s', (code, failure, finding) => {
    expect(read(code, unopened)).toEqual([failure, finding]);
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'expired', 'the certificate has expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted', 'the certificate is self-signed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'untrusted', 'the certificate is for another host'],
    ['PATH_LENGTH_EXCEEDED', 'untrusted', 'the certificate is not trusted (PATH_LENGTH_EXCEEDED)'],
  ] as const)('of a certificate that TLS rejects with %s: %s, %s', (code, problem, finding) => {
    const error = Object.assign(new Error('x'), { code });
    expect(readConnectionError(error, { ...spoke, certificateError: code })).toEqual({
      kind: 'failed',
      finding,
      failure: { kind: 'answered', answer: { code: 'certificate-invalid', problem } },
    });
  });

  it('falls back to the message of an error without a code', () => {
    expect(readConnectionError(new Error('odd'), unopened).finding).toBe('the connection failed (odd)');
  });
});
