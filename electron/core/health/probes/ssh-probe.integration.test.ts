// Against a real sshd, and against other servers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSshd } from '../../../../e2e/fixtures/sshd.ts';
import { Scope } from '../../scope.ts';
import { ask, finding, ssh } from './testing/ask.ts';
import { closesAtOnce, floodsAfter, listen, neverAnswers, type Behavior } from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const checkOf = async (behavior: Behavior): Promise<string> => {
  const server = await listen(behavior);
  scope.own('server', () => server.close());
  return finding(ask(server.endpoint, ssh, { timeoutMs: 500 }));
};

const says =
  (...pieces: readonly string[]): Behavior =>
  (socket) => {
    socket.resume();
    for (const piece of pieces) setImmediate(() => socket.write(piece));
  };

describe('ssh probe', () => {
  it('passes a real sshd', async () => {
    const server = await startSshd();
    scope.own('sshd', () => server.dispose());
    const result = await ask({ kind: 'tcp', host: server.host, port: server.port }, ssh);
    expect(result).toEqual({ kind: 'passed', tookMs: expect.any(Number) as number });
  });

  it.each([
    ['that speaks both versions', says('SSH-1.99-OpenSSH_3.9\r\n')],
    ['that greets before its banner', says('Welcome\r\nto the machine\r\n', 'SSH-2.0-x\r\n')],
    ['whose banner comes in pieces', says('SS', 'H-2.0', '-x comment', '\n')],
  ])('passes a server %s', async (_, behavior) => {
    expect(await checkOf(behavior)).toBe('passed');
  });

  it.each([
    ['that speaks version 1 only', says('SSH-1.5-x\r\n'), 'no SSH banner within 500 ms'],
    ['that greets like a mail server', says('220 mail ESMTP\r\n'), 'no SSH banner within 500 ms'],
    ['that greets without end', says('hello\r\n'.repeat(4000)), 'the answer is not SSH'],
    ['that never ends its line', says(`SSH-2.0-${'x'.repeat(300)}`), 'the answer is not SSH'],
    ['that waits for the client', neverAnswers, 'no SSH banner within 500 ms'],
    ['that floods its clients', floodsAfter(''), 'no SSH banner within 500 ms'],
    ['that closes at once', closesAtOnce, 'the connection was closed before the SSH banner arrived'],
  ] as [string, Behavior, string][])('fails a server %s', async (_, behavior, expected) => {
    expect(await checkOf(behavior)).toBe(expected);
  });
});
