import { afterEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import { ask, finding, kafka } from './testing/ask.ts';
import { kafkaApiVersions, speaksKafka } from './testing/protocol-servers.ts';
import { answers, listen, neverAnswers, type Behaviour } from './testing/test-server.ts';

let scope = new Scope('test');
afterEach(async () => {
  await scope.close();
  scope = new Scope('test');
});

const checkOf = async (behaviour: Behaviour): Promise<string> => {
  const server = await listen(behaviour);
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
    expect(await checkOf(speaksKafka(pieceBytes))).toBe('passed');
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
  ] as [string, Behaviour, string][])('fails a broker %s', async (_, behaviour, expected) => {
    expect(await checkOf(behaviour)).toBe(expected);
  });
});
