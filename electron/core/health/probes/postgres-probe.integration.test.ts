// Against a server written from the protocol's documentation, because a real PostgreSQL is not part of the set-up.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import { ask, finding, postgres } from './testing/ask.ts';
import { postgresError, speaksPostgres } from './testing/protocol-servers.ts';
import { answers, closesAtOnce, listen, neverAnswers, type Behavior } from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const checkOf = async (behavior: Behavior): Promise<string> => {
  const server = await listen(behavior);
  scope.own('server', () => server.close());
  return finding(ask(server.endpoint, postgres, { timeoutMs: 500 }));
};

describe('postgres probe', () => {
  it.each([
    ['with TLS', speaksPostgres('S')],
    ['without TLS', speaksPostgres('N')],
    [
      'that has too many clients',
      answers(postgresError('FATAL', '53300', 'sorry, too many clients already')),
    ],
  ] as const)('passes a server %s', async (_, behavior) => {
    expect(await checkOf(behavior)).toBe('passed');
  });

  it('sends an SSLRequest and no more', async () => {
    const received: Buffer[] = [];
    await checkOf((socket) => {
      socket.on('data', (bytes: Buffer) => received.push(bytes));
      speaksPostgres('N')(socket);
    });
    const request = Buffer.concat(received);
    // The length in bytes, then the request code: 1234 in the upper and 5679 in the lower half.
    expect([request.length, request.readInt32BE(0), request.readInt16BE(4), request.readInt16BE(6)]).toEqual([
      8, 8, 1234, 5679,
    ]);
  });

  it.each([
    ['that speaks HTTP', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), 'the answer is not PostgreSQL'],
    ['that closes at once', closesAtOnce, 'the connection was closed before PostgreSQL answered'],
    ['that never answers', neverAnswers, 'no answer within 500 ms'],
  ] as const)('fails a server %s', async (_, behavior, expected) => {
    expect(await checkOf(behavior)).toBe(expected);
  });
});
