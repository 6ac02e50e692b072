import tls from 'node:tls';
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { certificateFinding } from './certificate-expiry.ts';
import { probeOverConnection } from './probe-connection.ts';
import { overTls } from './probe-tls.ts';

export type TlsProbeSpec = Extract<ProbeSpec, { readonly type: 'tls' }>;

/**
 * Passes after a handshake whose certificate is trusted and valid for long enough. Without `verifySsl`, issuer and name
 * are not verified, but the dates are.
 */
export function probeTls(request: ProbeRequest, spec: TlsProbeSpec): Promise<ProbeResult> {
  return probeOverConnection(request, { halfCloses: true, ...overTls(spec) }, (connection) => {
    const { socket } = connection;
    const certificate = socket instanceof tls.TLSSocket ? socket.getPeerX509Certificate() : undefined;
    if (certificate === undefined) {
      const answer = { code: 'certificate-invalid', problem: 'untrusted' } as const;
      return connection.failAnswered('the server sent no certificate', answer);
    }
    const expiry = certificateFinding(certificate, { ...spec, now: request.clock.wallNow() });
    if (expiry === null) connection.pass();
    else connection.failAnswered(expiry.finding, expiry.answer);
  });
}
