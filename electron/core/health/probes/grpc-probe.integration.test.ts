// Against a gRPC server of the official library, and against servers of other protocols.
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials, status, type handleUnaryCall } from '@grpc/grpc-js';
import { HealthImplementation, service } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import type { GrpcProbeSpec } from './grpc-probe.ts';
import { ask, causeOf, finding, grpc, httpSpec } from './testing/ask.ts';
import { http2Frames, speaksHttp } from './testing/protocol-servers.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import {
  answers,
  closesAtOnce,
  floodsAfter,
  listen,
  neverAnswers,
  type Behavior,
} from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const certificate = makeCertificate({
  host: 'api.internal',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});

const plain = ServerCredentials.createInsecure();
const encrypted = ServerCredentials.createSsl(null, [
  { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) },
]);

async function serve(prepare: (server: Server) => void, credentials = plain): Promise<number> {
  const server = new Server();
  prepare(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  scope.own('grpc', () => {
    server.forceShutdown();
  });
  return port;
}

const health = new HealthImplementation({ '': 'SERVING', orders: 'SERVING', stock: 'NOT_SERVING' });
const withHealth = (server: Server): void => health.addToServer(server);

const check = (port: number, given: Partial<GrpcProbeSpec> = {}): Promise<unknown> => {
  const spec = { ...grpc, ...given };
  return causeOf(ask({ kind: 'tcp', host: '127.0.0.1', port }, spec), spec);
};

/** A server whose health service answers every call with this status. */
const failing =
  (code: status, details: string) =>
  (server: Server): void => {
    const fail: handleUnaryCall<unknown, unknown> = (_, callback) => callback({ code, details });
    server.addService(service, { check: fail });
  };

describe('grpc probe', () => {
  it('passes a server, or one of its services, that is SERVING', async () => {
    const port = await serve(withHealth);
    expect(await check(port)).toBe('passed');
    expect(await check(port, { service: 'orders' })).toBe('passed');
  });

  it('passes repeatedly and leaves no connection open', async () => {
    const port = await serve(withHealth);
    for (let round = 0; round < 10; round += 1) expect(await check(port)).toBe('passed');
  });

  it('fails a service that is NOT_SERVING', async () => {
    const port = await serve(withHealth);
    const title = 'The gRPC service stock is NOT_SERVING';
    expect(await check(port, { service: 'stock' })).toEqual(['check-failed', title, null]);
  });

  it('is refused by a server that does not know the service, or has no health service', async () => {
    expect(await check(await serve(withHealth), { service: 'nobody' })).toEqual([
      'check-refused',
      'The gRPC server does not know the service nobody',
      expect.stringMatching(/^gRPC status 5: /),
    ]);
    expect(await check(await serve(() => undefined))).toEqual([
      'check-refused',
      'The gRPC server has no health service (grpc.health.v1)',
      expect.stringMatching(/^gRPC status 12: /),
    ]);
  });

  it('fails with the error message of a server', async () => {
    expect(await check(await serve(failing(status.UNAVAILABLE, 'naß: later')))).toEqual([
      'check-failed',
      'The gRPC server answered with an error',
      'gRPC status 14: naß: later',
    ]);
    expect(await check(await serve(failing(status.UNAUTHENTICATED, 'who?')))).toEqual([
      'check-refused',
      'The gRPC server requires credentials',
      'gRPC status 16: who?',
    ]);
  });

  it('uses TLS and verifies the certificate unless configured otherwise', async () => {
    const port = await serve(withHealth, encrypted);
    const tls = { tls: true, servername: 'api.internal' };
    expect(await check(port, { ...tls, verifySsl: false })).toBe('passed');
    expect(await check(port, tls)).toEqual([
      'certificate-invalid',
      'The certificate of api.internal is not trusted',
      'the certificate is self-signed',
    ]);
  });

  it.each([
    ['speaks HTTP/1', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), 'the answer is not gRPC'],
    ['sends garbage', answers('x'.repeat(500)), 'the answer is not gRPC'],
    ['floods', floodsAfter('x'), 'the answer is not gRPC'],
    [
      'floods with frames of HTTP/2',
      floodsAfter(http2Frames.settings, http2Frames.windowUpdate),
      'the service sent more than 2 MB in response to one check',
    ],
    ['closes at once', closesAtOnce, 'the connection was closed before gRPC answered'],
    ['never answers', neverAnswers, 'no answer within 500 ms'],
  ] as [string, Behavior, string][])('fails a server that %s', async (_, behavior, expected) => {
    const server = await listen(behavior);
    scope.own('server', () => server.close());
    expect(await finding(ask(server.endpoint, grpc, { timeoutMs: 500 }))).toBe(expected);
    await expect.poll(() => server.openConnections()).toBe(0);
  });

  it.each(['__defineGetter__', 'constructor', 'toString', '99', ''])(
    'fails a server with the status "%s"',
    async (grpcStatus) => {
      const server = http2.createServer();
      server.on('stream', (stream) => {
        stream.respond(
          { 'content-type': 'application/grpc', 'grpc-status': grpcStatus },
          { endStream: true },
        );
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      scope.own('server', () => new Promise<void>((resolve) => server.close(() => resolve())));
      expect(await check((server.address() as AddressInfo).port)).toEqual([
        'check-failed',
        'The gRPC server answered with an error',
        expect.stringContaining(`gRPC status ${grpcStatus}`),
      ]);
    },
  );

  it('does not disturb HTTP/1 servers', async () => {
    const server = await listen(speaksHttp((_, response) => response.end('ok')));
    scope.own('server', () => server.close());
    expect(await finding(ask(server.endpoint, grpc))).toBe('the answer is not gRPC');
    expect(await finding(ask(server.endpoint, httpSpec()))).toBe('passed');
  });
});
