/** Servers that speak the first words of real protocols, written from their public documentation. */
import { createServer, type RequestListener } from 'node:http';
import type { Behaviour } from './test-server.ts';

/** An HTTP server behind any connection, plain or TLS. */
export function speaksHttp(respond: RequestListener): Behaviour {
  const server = createServer(respond);
  return (socket) => {
    server.emit('connection', socket);
  };
}

/**
 * PostgreSQL manual, "Message Flow", SSL session encryption: an SSLRequest is answered with a single byte, anything
 * else that is no start-up packet with an ErrorResponse; then the server waits for the client.
 */
export const speaksPostgres =
  (answer: 'S' | 'N'): Behaviour =>
  (socket) => {
    socket.once('data', (bytes: Buffer) => {
      const isSslRequest =
        bytes.length === 8 && bytes.readInt32BE(0) === 8 && bytes.readInt32BE(4) === 80877103;
      if (isSslRequest) socket.write(answer);
      else socket.end(postgresError('FATAL', '08P01', 'invalid length of startup packet'));
    });
  };

/** An ErrorResponse message: `E`, its length, then fields that end in zero bytes. */
export function postgresError(severity: string, code: string, message: string): Buffer {
  const fields = Buffer.from(`S${severity}\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}

const apiVersionsKey = 18;

/**
 * Kafka protocol guide: reads one request of header version 1 and answers ApiVersions 0 with the keys that it knows. Anything
 * else closes the connection, as a broker does. `pieceBytes` cuts the answer.
 */
export const speaksKafka =
  (pieceBytes = 1024): Behaviour =>
  (socket) => {
    let received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      const request = parseKafkaRequest(received);
      if (request.apiKey !== apiVersionsKey || request.apiVersion !== 0 || request.trailingBytes !== 0) {
        socket.end();
        return;
      }
      const answer = kafkaApiVersions(request.correlationId);
      for (let at = 0; at < answer.length; at += pieceBytes) {
        const piece = answer.subarray(at, at + pieceBytes);
        setImmediate(() => socket.write(piece));
      }
    });
  };

function parseKafkaRequest(bytes: Buffer): {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly trailingBytes: number;
} {
  const clientIdBytes = Math.max(0, bytes.readInt16BE(12));
  return {
    apiKey: bytes.readInt16BE(4),
    apiVersion: bytes.readInt16BE(6),
    correlationId: bytes.readInt32BE(8),
    trailingBytes: bytes.length - 14 - clientIdBytes,
  };
}

/** Length, correlation id, error code 0, then key, lowest and highest version of each request. */
export function kafkaApiVersions(correlationId: number): Buffer {
  const keys = Array.from({ length: 60 }, (_, apiKey) => apiKey);
  const answer = Buffer.alloc(14 + 6 * keys.length);
  answer.writeInt32BE(answer.length - 4, 0);
  answer.writeInt32BE(correlationId, 4);
  answer.writeInt32BE(keys.length, 10);
  for (const apiKey of keys) {
    answer.writeInt16BE(apiKey, 14 + 6 * apiKey);
    answer.writeInt16BE(9, 18 + 6 * apiKey);
  }
  return answer;
}
