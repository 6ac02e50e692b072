/**
 * The two requests of the Kafka check and their responses. Numbers are big-endian; layouts are from the Kafka protocol
 * guide. Written by hand, because a client library connects to the brokers' advertised addresses, which are not
 * reachable through a single tunnel.
 */

const clientId = 'localport';
const apiKeys = { metadata: 3, apiVersions: 18 } as const;
/**
 * The Metadata versions whose layout is read here; it changes in version 9. Since version 1, a request can list no
 * topics.
 */
const metadataVersions = { min: 1, max: 8 } as const;

/** ApiVersions 0: every broker since 0.10 answers it, even before authentication. */
export const apiVersionsRequest = (correlationId: number): Buffer =>
  request({ apiKey: apiKeys.apiVersions, apiVersion: 0, correlationId }, Buffer.alloc(0));

/** Requests the brokers but no topics. */
export function metadataRequest(version: number, correlationId: number): Buffer {
  const noTopics = Buffer.alloc(4);
  // Since version 4 allow_auto_topic_creation, since version 8 two authorization flags: all false.
  const flags = Buffer.alloc(version >= 8 ? 3 : version >= 4 ? 1 : 0);
  const head = { apiKey: apiKeys.metadata, apiVersion: version, correlationId };
  return request(head, Buffer.concat([noTopics, flags]));
}

interface RequestHead {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

function request({ apiKey, apiVersion, correlationId }: RequestHead, body: Buffer): Buffer {
  const head = Buffer.alloc(14 + clientId.length);
  head.writeInt32BE(head.length - 4 + body.length, 0);
  head.writeInt16BE(apiKey, 4);
  head.writeInt16BE(apiVersion, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(clientId.length, 12);
  head.write(clientId, 14, 'ascii');
  return Buffer.concat([head, body]);
}

/** The correlation id and at least one more number. */
const minAnswerBytes = 8;
/** ApiVersions has a few hundred bytes, Metadata without topics a few dozen per broker. */
const maxAnswerBytes = 64 * 1024;

/** The body of a complete response: everything after the correlation id. */
export function readAnswer(received: Buffer, correlationId: number): Buffer | 'incomplete' | 'not-kafka' {
  if (received.length < 4) return 'incomplete';
  const answerBytes = received.readInt32BE(0);
  if (answerBytes < minAnswerBytes || answerBytes > maxAnswerBytes) return 'not-kafka';
  if (received.length < 8) return 'incomplete';
  if (received.readInt32BE(4) !== correlationId) return 'not-kafka';
  return received.length < 4 + answerBytes ? 'incomplete' : received.subarray(8, 4 + answerBytes);
}

/** From the body of ApiVersions 0: the highest Metadata version that both sides support; null if there is none. */
export function metadataVersionOf(body: Buffer): number | null {
  const keys = body.length < 6 ? 0 : body.readInt32BE(2);
  for (let index = 0; index < keys && 12 + 6 * index <= body.length; index += 1) {
    const at = 6 + 6 * index;
    if (body.readInt16BE(at) !== apiKeys.metadata) continue;
    const version = Math.max(metadataVersions.min, body.readInt16BE(at + 2));
    return version <= Math.min(metadataVersions.max, body.readInt16BE(at + 4)) ? version : null;
  }
  return null;
}

/** From the body of Metadata: the number of brokers. Since version 3, a throttle time comes first. */
export function brokersOf(body: Buffer, version: number): number {
  const at = version >= 3 ? 4 : 0;
  return body.length < at + 4 ? 0 : body.readInt32BE(at);
}
