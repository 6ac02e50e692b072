/**
 * Checks a gRPC server with grpc.health.v1.Health/Check. It uses node:http2, because `@grpc/grpc-js` manages its own
 * connections (pools, reconnection, keepalive): it cannot use ours or release one at once, and adds 1 MB of protobuf
 * for two messages of one field.
 */
import http2 from 'node:http2';
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import { toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult, WrongAnswer } from '../probe.ts';
import { healthCheckRequest, readHealthCheckResponse } from './grpc-frames.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';
import { overTls } from './probe-tls.ts';

export type GrpcProbeSpec = Extract<ProbeSpec, { readonly type: 'grpc' }>;

const maxAnswerBytes = 1024;

/** gRPC status codes that another tunnel would get as well, with their titles. */
const refusals: ReadonlyMap<string, (service: string) => string> = new Map([
  ['5', (service: string) => `The gRPC server does not know the service ${service}`.trimEnd()],
  ['7', () => 'The gRPC server does not allow the health check'],
  ['12', () => 'The gRPC server has no health service (grpc.health.v1)'],
  ['16', () => 'The gRPC server requires credentials'],
]);

export function probeGrpc(request: ProbeRequest, spec: GrpcProbeSpec): Promise<ProbeResult> {
  const { tls, caFile } = overTls(spec);
  const encryption = spec.tls ? { tls: { ...tls, ALPNProtocols: ['h2'] }, caFile } : {};
  return probeOverConnection(request, { halfCloses: false, ...encryption }, (connection) => {
    connection.reach({
      awaits: 'answer',
      name: 'before-answer',
      whenClosed: 'the connection was closed before gRPC answered',
    });
    ask(connection, spec);
  });
}

function ask(connection: ProbeConnection, spec: GrpcProbeSpec): void {
  const scheme = spec.tls ? 'https' : 'http';
  const session = http2.connect(`${scheme}://localhost`, { createConnection: () => connection.socket });
  connection.pollReadLimit();
  // Sends GOAWAY, then FIN.
  connection.closeWith(() => session.close());
  session.on('error', (error: Error) => failBy(connection, error));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    ':authority': spec.servername,
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'LocalPort',
  });
  new GrpcAnswerReader(connection, spec, stream);
  stream.end(healthCheckRequest(spec.service));
}

/** The server answered in something other than HTTP/2. */
function failBy(connection: ProbeConnection, error: Error): void {
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_HTTP2_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR')
    connection.fail(otherProtocol('gRPC'));
  else if (typeof code === 'string' && code.startsWith('ERR_HTTP2_')) connection.failClosed();
  else connection.failBy(error);
}

class GrpcAnswerReader {
  readonly #connection: ProbeConnection;
  readonly #spec: GrpcProbeSpec;
  #body = Buffer.alloc(0);
  /** From the headers or, after a message, the trailers. */
  #status: string | null = null;
  #message = '';

  constructor(connection: ProbeConnection, spec: GrpcProbeSpec, stream: http2.ClientHttp2Stream) {
    this.#connection = connection;
    this.#spec = spec;
    stream.on('response', (headers) => {
      const type = headers['content-type'] ?? '';
      if (!type.startsWith('application/grpc')) {
        connection.fail(otherProtocol('gRPC', `HTTP ${String(headers[':status'])}`));
      }
      this.#note(headers);
    });
    stream.on('trailers', (trailers: http2.IncomingHttpHeaders) => this.#note(trailers));
    stream.on('data', (bytes: Buffer) => this.#take(bytes));
    stream.on('end', () => this.#judge());
    stream.on('error', (error: Error) => failBy(connection, error));
  }

  #note(headers: http2.IncomingHttpHeaders): void {
    const { 'grpc-status': status, 'grpc-message': message } = headers;
    if (typeof status === 'string') this.#status = status;
    if (typeof message === 'string') this.#message = percentDecoded(message);
  }

  #take(bytes: Buffer): void {
    this.#body = Buffer.concat([this.#body, bytes]);
    if (this.#body.length <= maxAnswerBytes) return;
    this.#body = Buffer.alloc(0);
    this.#connection.fail(otherProtocol('gRPC'));
  }

  #judge(): void {
    if (this.#status !== '0') return this.#fail(this.#status);
    const health = readHealthCheckResponse(this.#body);
    const { service } = this.#spec;
    if (health === 'SERVING') this.#connection.pass();
    else if (health === null) this.#connection.fail(otherProtocol('gRPC'));
    else {
      const title = `${service === '' ? 'The gRPC server' : `The gRPC service ${service}`} is ${health}`;
      this.#connection.failAnswered(title, { code: 'check-failed', title });
    }
  }

  #fail(status: string | null): void {
    if (status === null) return this.#connection.failClosed();
    const refusal = refusals.get(status)?.(this.#spec.service);
    const answer: WrongAnswer =
      refusal === undefined
        ? { code: 'check-failed', title: 'The gRPC server answered with an error' }
        : { code: 'check-refused', title: refusal };
    this.#connection.failAnswered(toEvidence(`gRPC status ${status}: ${this.#message}`, []), answer);
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
