/**
 * Asks a Kafka broker which requests it understands (ApiVersions, version 0): answered before any authentication, by
 * every broker since 0.10. Numbers are big-endian; layouts from the Kafka protocol guide.
 */
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { probeOverConnection } from './probe-connection.ts';

const apiVersionsKey = 18;
const clientId = 'localport';
const correlationId = 0x4c50;

/** Correlation id, error code and the length of an array: no answer is shorter. */
const minAnswerBytes = 10;
/** A broker's answer has a few hundred bytes. */
const maxAnswerBytes = 64 * 1024;

/** Passes when a whole answer to this very request has arrived. */
export function probeKafka(request: ProbeRequest): Promise<ProbeResult> {
  return probeOverConnection(request, { halfCloses: true }, (connection) => {
    connection.reach({ awaits: 'answer', whenClosed: 'the connection was closed before Kafka answered' });
    let received = Buffer.alloc(0);
    connection.socket.on('data', (bytes: Buffer) => {
      if (received.length > maxAnswerBytes) return;
      received = Buffer.concat([received, bytes]);
      const reading = readAnswer(received);
      if (reading === 'complete') connection.pass();
      if (reading === 'not-kafka') connection.fail('the answer is not Kafka');
    });
    connection.socket.write(apiVersionsRequest());
  });
}

function apiVersionsRequest(): Buffer {
  const message = Buffer.alloc(14 + clientId.length);
  message.writeInt32BE(message.length - 4, 0);
  message.writeInt16BE(apiVersionsKey, 4);
  message.writeInt16BE(0, 6);
  message.writeInt32BE(correlationId, 8);
  message.writeInt16BE(clientId.length, 12);
  message.write(clientId, 14, 'ascii');
  return message;
}

function readAnswer(received: Buffer): 'incomplete' | 'complete' | 'not-kafka' {
  if (received.length < 4) return 'incomplete';
  const answerBytes = received.readInt32BE(0);
  if (answerBytes < minAnswerBytes || answerBytes > maxAnswerBytes) return 'not-kafka';
  if (received.length < 8) return 'incomplete';
  if (received.readInt32BE(4) !== correlationId) return 'not-kafka';
  return received.length < 4 + answerBytes ? 'incomplete' : 'complete';
}
