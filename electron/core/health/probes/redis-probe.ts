/**
 * PING to a Redis server, after AUTH where there is a password. Two commands and their one-line answers in RESP
 * (redis.io, "Redis serialization protocol"): the client libraries connect by themselves, reconnect and keep pools, and
 * would have to be kept from each of it.
 */
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import { toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult, WrongAnswer } from '../probe.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';
import { overTls } from './probe-tls.ts';

export type RedisProbeSpec = Extract<ProbeSpec, { readonly type: 'redis' }>;

const maxAnswerBytes = 8 * 1024;

/** The server wants a login first, or does not allow PING: it is alive. */
const aliveErrors = /^-(NOAUTH|NOPERM) /;
/** Answers that another tunnel would get as well. */
const loginRefusals = /^-(WRONGPASS|NOAUTH|ERR (invalid password|AUTH|Client sent AUTH)) ?/;
/** Protected mode: no login helps. */
const refusesEverybody = /^-DENIED /;

/** Passes with PONG, or when the server wants a login and none is configured: that is an answer as good. */
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

/** Sends a command and waits for its answer, one line that says yes (`+`) or no (`-`). */
function ask(connection: ProbeConnection, words: readonly string[], onAnswer: (line: string) => void): void {
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
  socket.write(command(words));
}

/** An array of bulk strings: no word can end the command or begin another. */
const command = (words: readonly string[]): string =>
  [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word]), ''].join('\r\n');

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
  if (refusesEverybody.test(answer)) return { code: 'check-refused', title: 'Redis refused the connection' };
  return { code: 'check-failed', title: 'Redis answered with an error' };
}
