/**
 * Sends PING to a Redis server, after AUTH if a password is set: two commands with one-line replies in RESP (redis.io,
 * "Redis serialization protocol"). Client libraries are not used because they open their own connections, reconnect and
 * keep pools.
 */
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import { toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult, WrongAnswer } from '../probe.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';
import { overTls } from './probe-tls.ts';

export type RedisProbeSpec = Extract<ProbeSpec, { readonly type: 'redis' }>;

const maxAnswerBytes = 8 * 1024;

/** The server requires a login, or does not allow PING: it is alive. */
const aliveErrors = /^-(NOAUTH|NOPERM) /;
/** Errors that another tunnel would get as well. */
const loginRefusals = /^-(WRONGPASS|NOAUTH|ERR (invalid password|AUTH|Client sent AUTH)) ?/;
/** Protected mode: a login would not help. */
const refusesAllClients = /^-DENIED /;

/** Passes with PONG, or if the server requires a login and none is configured. */
export function probeRedis(request: ProbeRequest, spec: RedisProbeSpec): Promise<ProbeResult> {
  const transport = { halfCloses: true, ...(spec.tls ? overTls(spec) : {}) };
  return probeOverConnection(request, transport, (connection) => {
    connection.reach({
      awaits: 'answer',
      name: 'before-answer',
      whenClosed: 'the connection was closed before Redis answered',
    });
    const ping = (): void =>
      ask(connection, ['PING'], (answer) => {
        if (answer.startsWith('+PONG') || aliveErrors.test(answer)) connection.pass();
        else fail(connection, spec, answer);
      });
    const { user, password } = spec;
    if (user === null && password === null) return ping();
    const login = user === null ? [password ?? ''] : [user, password ?? ''];
    ask(connection, ['AUTH', ...login], (answer) => {
      if (answer.startsWith('+OK')) ping();
      else fail(connection, spec, answer);
    });
  });
}

/** Sends a command and waits for its reply, one line that starts with `+` (success) or `-` (error). */
function ask(connection: ProbeConnection, args: readonly string[], onAnswer: (line: string) => void): void {
  const { socket } = connection;
  let received = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    received = Buffer.concat([received, bytes]);
    const end = received.indexOf('\r\n');
    const isAnswer = received[0] === 0x2b || received[0] === 0x2d;
    if (isAnswer && end === -1 && received.length <= maxAnswerBytes) return;
    socket.off('data', read);
    if (isAnswer && end !== -1) onAnswer(received.toString('utf8', 0, end));
    else connection.fail(otherProtocol('Redis'));
  };
  socket.on('data', read);
  socket.write(command(args));
}

/** An array of bulk strings: no argument can end the command or start another. */
const command = (args: readonly string[]): string =>
  [`*${args.length}`, ...args.flatMap((arg) => [`$${Buffer.byteLength(arg)}`, arg]), ''].join('\r\n');

function fail(connection: ProbeConnection, spec: RedisProbeSpec, answer: string): void {
  if (!answer.startsWith('-')) return connection.fail(otherProtocol('Redis'));
  connection.failAnswered(
    toEvidence(answer.slice(1), spec.password === null ? [] : [spec.password]),
    readError(answer, spec.user ?? 'default'),
  );
}

function readError(answer: string, user: string): WrongAnswer {
  if (loginRefusals.test(answer)) {
    return { code: 'check-refused', title: `Redis refused the login of ${user}` };
  }
  if (refusesAllClients.test(answer)) return { code: 'check-refused', title: 'Redis refused the connection' };
  return { code: 'check-failed', title: 'Redis answered with an error' };
}
