/** Servers that speak the start of real protocols, written from their public documentation. */
import { createServer, type RequestListener } from 'node:http';
import type { Behavior } from './test-server.ts';

/** An HTTP server on any connection, plain or TLS. */
export function speaksHttp(respond: RequestListener): Behavior {
  const server = createServer(respond);
  return (socket) => {
    server.emit('connection', socket);
  };
}

/**
 * PostgreSQL manual, "Message Flow", SSL session encryption: the server answers an SSLRequest with one byte, and
 * anything else that is not a start-up packet with an ErrorResponse; then it waits for the client.
 */
export const speaksPostgres =
  (answer: 'S' | 'N'): Behavior =>
  (socket) => {
    socket.once('data', (bytes: Buffer) => {
      const isSslRequest =
        bytes.length === 8 && bytes.readInt32BE(0) === 8 && bytes.readInt32BE(4) === 80877103;
      if (isSslRequest) socket.write(answer);
      else socket.end(postgresError('FATAL', '08P01', 'invalid length of startup packet'));
    });
  };

/** An ErrorResponse message: `E`, the length, then zero-terminated fields. */
export function postgresError(severity: string, code: string, message: string): Buffer {
  const fields = Buffer.from(`S${severity}\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}

/**
 * The empty HTTP/2 SETTINGS frame with which a server starts, and a WINDOW_UPDATE by one byte (RFC 9113, 6.5 and 6.9).
 */
export const http2Frames = {
  settings: Buffer.from([0, 0, 0, 0x04, 0, 0, 0, 0, 0]),
  windowUpdate: Buffer.from([0, 0, 4, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
} as const;

/** An interim response (RFC 9110, 15.2): the client must keep reading. */
export const httpInterim = 'HTTP/1.1 102 Processing\r\n\r\n';

const apiKeys = { metadata: 3, apiVersions: 18 } as const;

export interface KafkaOptions {
  /** Splits the responses into chunks of this size. */
  readonly pieceBytes?: number;
  /** The number of brokers; null: the broker requires a login, and closes the connection instead of listing brokers. */
  readonly brokers?: number | null;
  /** The Metadata versions that the broker supports. */
  readonly metadata?: { readonly min: number; readonly max: number };
}

/**
 * Kafka protocol guide: reads requests with header version 1 and answers ApiVersions 0 and Metadata without topics.
 * Anything else closes the connection, as in a real broker.
 */
export function speaksKafka(options: KafkaOptions = {}): Behavior {
  const { pieceBytes = 1024, brokers = 1, metadata = { min: 0, max: 13 } } = options;
  return (socket) => {
    const send = (answer: Buffer): void => {
      for (let at = 0; at < answer.length; at += pieceBytes) {
        const piece = answer.subarray(at, at + pieceBytes);
        setImmediate(() => socket.write(piece));
      }
    };
    let received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      const request = parseKafkaRequest(received.subarray(0, 4 + received.readInt32BE(0)));
      received = received.subarray(4 + received.readInt32BE(0));
      const { apiKey, apiVersion, correlationId, body } = request;
      if (apiKey === apiKeys.apiVersions && apiVersion === 0 && body.length === 0) {
        send(kafkaApiVersions(correlationId, metadata));
      } else if (apiKey === apiKeys.metadata && brokers !== null && asksForNoTopics(apiVersion, body)) {
        send(kafkaMetadata({ correlationId, apiVersion, brokers }));
      } else {
        socket.end();
      }
    });
  };
}

interface KafkaRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly body: Buffer;
}

const parseKafkaRequest = (bytes: Buffer): KafkaRequest => ({
  apiKey: bytes.readInt16BE(4),
  apiVersion: bytes.readInt16BE(6),
  correlationId: bytes.readInt32BE(8),
  body: bytes.subarray(14 + Math.max(0, bytes.readInt16BE(12))),
});

/** An empty array of topics, then one flag since version 4 and three in version 8. */
const asksForNoTopics = (version: number, body: Buffer): boolean =>
  body.readInt32BE(0) === 0 && body.length === 4 + (version >= 8 ? 3 : version >= 4 ? 1 : 0);

/** Length, correlation id, error code 0, then for each request its key and its lowest and highest version. */
export function kafkaApiVersions(correlationId: number, metadata = { min: 0, max: 13 }): Buffer {
  const keys = Array.from({ length: 60 }, (_, apiKey) => apiKey);
  const answer = Buffer.alloc(14 + 6 * keys.length);
  answer.writeInt32BE(answer.length - 4, 0);
  answer.writeInt32BE(correlationId, 4);
  answer.writeInt32BE(keys.length, 10);
  for (const apiKey of keys) {
    const { min, max } = apiKey === apiKeys.metadata ? metadata : { min: 0, max: 9 };
    answer.writeInt16BE(apiKey, 14 + 6 * apiKey);
    answer.writeInt16BE(min, 16 + 6 * apiKey);
    answer.writeInt16BE(max, 18 + 6 * apiKey);
  }
  return answer;
}

/** Metadata up to version 8: throttle time (since 3), brokers, cluster id (since 2), controller, no topics. */
function kafkaMetadata(answer: {
  readonly correlationId: number;
  readonly apiVersion: number;
  readonly brokers: number;
}): Buffer {
  const { correlationId, apiVersion, brokers } = answer;
  const host = 'kafka.internal';
  const entries = Array.from({ length: brokers }, (_, id) =>
    Buffer.concat([int32(id), int16(host.length), Buffer.from(host), int32(9092), int16(-1)]),
  );
  const body = Buffer.concat([
    int32(correlationId),
    ...(apiVersion >= 3 ? [int32(0)] : []),
    int32(brokers),
    ...entries,
    ...(apiVersion >= 2 ? [int16(-1)] : []),
    int32(0),
    int32(0),
  ]);
  return Buffer.concat([int32(body.length), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
