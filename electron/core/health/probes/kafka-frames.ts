/**
 * The two requests that the Kafka check makes, and their answers. Numbers are big-endian; layouts from the Kafka protocol
 * guide. By hand, because a client library follows the brokers' advertised addresses, which no single tunnel reaches.
 */

const clientId = 'localport';
const apiKeys = { metadata: 3, apiVersions: 18 } as const;
/** Of Metadata the versions whose layout is read here; from 9 on it is another. Since 1 it can ask for no topics. */
const metadataVersions = { min: 1, max: 8 } as const;

/** ApiVersions 0: answered before any authentication, by every broker since 0.10. */
export const apiVersionsRequest = (correlationId: number): Buffer =>
  request({ apiKey: apiKeys.apiVersions, apiVersion: 0, correlationId }, Buffer.alloc(0));

/** Asks for the brokers and for no topics. */
export function metadataRequest(version: number, correlationId: number): Buffer {
  const noTopics = Buffer.alloc(4);
  // allow_auto_topic_creation since 4; two questions about authorization since 8: no, no, no.
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

/** Correlation id and at least one number more: no answer is shorter. */
const minAnswerBytes = 8;
/** ApiVersions has a few hundred bytes, Metadata without topics some dozens for each broker. */
const maxAnswerBytes = 64 * 1024;

/** The body of an answer once it is whole: what follows the correlation id. */
export function readAnswer(received: Buffer, correlationId: number): Buffer | 'incomplete' | 'not-kafka' {
  if (received.length < 4) return 'incomplete';
  const answerBytes = received.readInt32BE(0);
  if (answerBytes < minAnswerBytes || answerBytes > maxAnswerBytes) return 'not-kafka';
  if (received.length < 8) return 'incomplete';
  if (received.readInt32BE(4) !== correlationId) return 'not-kafka';
  return received.length < 4 + answerBytes ? 'incomplete' : received.subarray(8, 4 + answerBytes);
}

/** From the body of ApiVersions 0: the version of Metadata that both sides know; null when there is none. */
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

/** From the body of Metadata: how many brokers the cluster has. A throttle time comes first since 3. */
export function brokersOf(body: Buffer, version: number): number {
  const at = version >= 3 ? 4 : 0;
  return body.length < at + 4 ? 0 : body.readInt32BE(at);
}
