import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import {
  apiVersionsRequest,
  brokersOf,
  metadataRequest,
  metadataVersionOf,
  readAnswer,
} from './kafka-frames.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';
import { overTls } from './probe-tls.ts';

export type KafkaProbeSpec = Extract<ProbeSpec, { readonly type: 'kafka' }>;

const correlationIds = { apiVersions: 0x4c50, metadata: 0x4c51 } as const;

const noBrokers = { code: 'check-failed', title: 'Kafka reports no brokers' } as const;

/**
 * Requests a Kafka broker's supported API versions, then its list of brokers. A broker that requires a login answers
 * the first request and closes the connection on the second: it is alive.
 */
export function probeKafka(request: ProbeRequest, spec: KafkaProbeSpec): Promise<ProbeResult> {
  const transport = { halfCloses: true, ...(spec.tls ? overTls(spec) : {}) };
  return probeOverConnection(request, transport, (connection) => {
    connection.reach({
      awaits: 'answer',
      name: 'before-answer',
      whenClosed: 'the connection was closed before Kafka answered',
    });
    connection.socket.write(apiVersionsRequest(correlationIds.apiVersions));
    onAnswer(connection, correlationIds.apiVersions, (body) => {
      const version = metadataVersionOf(body);
      if (version === null) connection.pass();
      else requestBrokers(connection, version);
    });
  });
}

function requestBrokers(connection: ProbeConnection, version: number): void {
  const { socket } = connection;
  connection.reach({
    awaits: 'list of brokers',
    name: 'mid-answer',
    whenClosed: 'the connection was closed before Kafka listed its brokers',
  });
  socket.once('end', () => connection.pass());
  socket.write(metadataRequest(version, correlationIds.metadata));
  onAnswer(connection, correlationIds.metadata, (body) => {
    if (brokersOf(body, version) > 0) connection.pass();
    else connection.failAnswered('Kafka reports no brokers', noBrokers);
  });
}

/** Calls back once with the body of the response; fails the check on anything else. */
function onAnswer(
  connection: ProbeConnection,
  correlationId: number,
  callback: (body: Buffer) => void,
): void {
  const { socket } = connection;
  let received = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    received = Buffer.concat([received, bytes]);
    const answer = readAnswer(received, correlationId);
    if (answer === 'incomplete') return;
    socket.off('data', read);
    if (answer === 'not-kafka') connection.fail(otherProtocol('Kafka'));
    else callback(answer);
  };
  socket.on('data', read);
}
