import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import { ask, finding, kafka } from './testing/ask.ts';
import { kafkaApiVersions, speaksKafka } from './testing/protocol-servers.ts';
import { answers, listen, neverAnswers, type Behavior } from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const checkOf = async (behavior: Behavior): Promise<string> => {
  const server = await listen(behavior);
  scope.own('server', () => server.close());
  return finding(ask(server.endpoint, kafka, { timeoutMs: 500 }));
};

const ofAnotherRequest = kafkaApiVersions(1);
const cutShort = kafkaApiVersions(0x4c50).subarray(0, 40);

describe('kafka probe', () => {
  it.each([
    ['in one piece', 1024],
    ['byte by byte', 1],
  ])('passes a broker that answers %s', async (_, pieceBytes) => {
    expect(await checkOf(speaksKafka({ pieceBytes }))).toBe('passed');
  });

  it.each([
    [1, { min: 0, max: 13 }],
    [1, { min: 1, max: 1 }],
    [4, { min: 4, max: 12 }],
    [8, { min: 8, max: 8 }],
  ])('requests the brokers in a version that both sides support: %s', async (_, metadata) => {
    expect(await checkOf(speaksKafka({ metadata, brokers: 3 }))).toBe('passed');
    expect(await checkOf(speaksKafka({ metadata, brokers: 0 }))).toBe('Kafka reports no brokers');
  });

  it('does not request brokers if the broker supports none of these versions', async () => {
    expect(await checkOf(speaksKafka({ metadata: { min: 9, max: 13 }, brokers: 0 }))).toBe('passed');
  });

  it('passes a broker that requires a login for more', async () => {
    expect(await checkOf(speaksKafka({ brokers: null }))).toBe('passed');
  });

  it('fails a broker that does not answer the request for brokers', async () => {
    expect(await checkOf((socket) => socket.once('data', () => socket.write(kafkaApiVersions(0x4c50))))).toBe(
      'no list of brokers within 500 ms',
    );
  });

  it.each([
    ['that answers another request', answers(ofAnotherRequest), 'the answer is not Kafka'],
    ['that speaks HTTP', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), 'the answer is not Kafka'],
    [
      'that promises a tiny answer',
      answers(Buffer.from([0, 0, 0, 4, 0, 0, 0x4c, 0x50])),
      'the answer is not Kafka',
    ],
    ['that stops in its answer', answers(cutShort), 'no answer within 500 ms'],
    [
      'that closes in its answer',
      (socket) => socket.once('data', () => socket.end(cutShort)),
      'the connection was closed before Kafka answered',
    ],
    ['that never answers', neverAnswers, 'no answer within 500 ms'],
  ] as [string, Behavior, string][])('fails a broker %s', async (_, behavior, expected) => {
    expect(await checkOf(behavior)).toBe(expected);
  });
});
