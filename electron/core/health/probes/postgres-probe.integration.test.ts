// Against a server written from the protocol's documentation: a real PostgreSQL is no part of the set-up.
import { afterEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import { ask, finding, postgres } from './testing/ask.ts';
import { postgresError, speaksPostgres } from './testing/protocol-servers.ts';
import { answers, closesAtOnce, listen, neverAnswers, type Behaviour } from './testing/test-server.ts';

let scope = new Scope('test');
afterEach(async () => {
  await scope.close();
  scope = new Scope('test');
});

const checkOf = async (behaviour: Behaviour): Promise<string> => {
  const server = await listen(behaviour);
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
  ] as const)('passes a server %s', async (_, behaviour) => {
    expect(await checkOf(behaviour)).toBe('passed');
  });

  it.each([
    ['that speaks HTTP', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), 'the answer is not PostgreSQL'],
    ['that closes at once', closesAtOnce, 'the connection was closed before PostgreSQL answered'],
    ['that never answers', neverAnswers, 'no answer within 500 ms'],
  ] as const)('fails a server %s', async (_, behaviour, expected) => {
    expect(await checkOf(behaviour)).toBe(expected);
  });
});
