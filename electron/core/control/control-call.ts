/** One request from the command to the host, over its own connection. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import {
  controlHostName,
  controlProtocol,
  errorAnswerSchema,
  maxReplyBytes,
  maxRequestBytes,
  protocolHeader,
  type ControlError,
  type ControlName,
} from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock, Timer } from '../clock.ts';
import { routeOf, toQuery } from './control-routes.ts';
import { notRunning } from './control-socket-check.ts';
import { LineReader } from './line-reader.ts';

export interface ControlCall {
  readonly socketPath: string;
  readonly clock: Clock;
  /** The version of this command. */
  readonly version: string;
  readonly name: ControlName;
  readonly params: unknown;
  /** Receives the lines of a stream. False: the line does not match the contract. */
  readonly onEvent?: (event: unknown) => boolean;
  /** Ends the call with ok and null. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface RunningCall {
  /** Settles exactly once: on the answer, the deadline, the signal, `end`, or the end of the connection. Never rejects. */
  readonly outcome: Promise<Result<unknown, ControlError>>;
  readonly end: (why: ControlError) => void;
}

type Settle = (outcome: Result<unknown, ControlError>) => void;

/** The host broke the contract; most likely it is another version. */
export const notUnderstood: ControlError = {
  code: 'version-mismatch',
  message:
    'LocalPort sent what this command does not understand: restart LocalPort so that both are of one version',
};

export function callControl(call: ControlCall): RunningCall {
  const { signal } = call;
  const body = bodyOf(call);
  if (Buffer.byteLength(body) > maxRequestBytes) return settled(err(tooLarge(call.name)));
  return signal?.aborted === true ? settled(ok(null)) : begin(call, body);
}

const settled = (outcome: Result<unknown, ControlError>): RunningCall => ({
  outcome: Promise.resolve(outcome),
  end: () => undefined,
});

function begin(call: ControlCall, body: string): RunningCall {
  const { clock, name, signal, timeoutMs } = call;
  let settle: Settle = () => undefined;
  const outcome = new Promise<Result<unknown, ControlError>>((resolve) => {
    settle = resolve;
  });
  let timer: Timer | null = null;
  const finish: Settle = (result) => {
    timer?.cancel();
    signal?.removeEventListener('abort', onAbort);
    settle(result);
    sent.destroy();
  };
  const onAbort = (): void => {
    finish(ok(null));
  };
  const sent = send(call, body, finish);
  if (timeoutMs !== undefined) {
    timer = clock.after(timeoutMs, () => {
      finish(
        err({
          code: 'timed-out',
          message: `no answer to ${name} within ${Math.round(timeoutMs / 100) / 10} s`,
        }),
      );
    });
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  return { outcome, end: (why) => finish(err(why)) };
}

const tooLarge = (name: string): ControlError => ({
  code: 'too-large',
  message: `${name}: the request is larger than ${maxRequestBytes} bytes`,
});

const bodyOf = ({ name, params }: ControlCall): string =>
  routeOf(name).method === 'POST' ? JSON.stringify(params) : '';

function send(call: ControlCall, body: string, finish: Settle): ClientRequest {
  const { socketPath, name, params, version } = call;
  const { method, path } = routeOf(name);
  const hasBody = method === 'POST';
  const sent = request({
    socketPath,
    method,
    path: hasBody ? path : path + toQuery(params),
    // Connections are not shared, so none is left over, or closed by the host just as it is reused.
    agent: false,
    headers: {
      Host: controlHostName,
      'User-Agent': `localport/${version}`,
      [protocolHeader]: String(controlProtocol),
      ...(hasBody && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    },
  });
  sent.on('error', (error: NodeJS.ErrnoException) => {
    finish(err(connectionError(error, socketPath)));
  });
  sent.on('response', (response) => {
    receive(call, response, finish);
  });
  sent.end(body);
  return sent;
}

function receive({ onEvent }: ControlCall, response: IncomingMessage, finish: Settle): void {
  const isFine = response.statusCode === 200;
  let last: unknown = null;
  let isOver = false;
  const end: Settle = (outcome) => {
    isOver = true;
    finish(outcome);
  };
  const lines = new LineReader(maxReplyBytes, (line) => {
    if (isOver) return;
    last = parse(line);
    const failure = errorAnswerSchema.safeParse(last);
    if (failure.success) end(err(failure.data.error));
    else if (!isFine || onEvent?.(last) === false) end(err(notUnderstood));
  });
  response.on('data', (chunk: Buffer) => {
    if (!lines.push(chunk)) end(err(notUnderstood));
  });
  response.on('error', () => undefined);
  response.on('close', () => {
    if (!response.complete) end(err(lost('LocalPort ended the connection')));
    else end(isFine && lines.isAtEnd ? ok(onEvent === undefined ? last : null) : err(notUnderstood));
  });
}

/** undefined if it is not JSON, which no schema accepts. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const lost = (message: string): ControlError => ({ code: 'connection-lost', message });

function connectionError({ code = '', message }: NodeJS.ErrnoException, socketPath: string): ControlError {
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ECONNREFUSED') return notRunning;
  if (code === 'EACCES' || code === 'EPERM') {
    return { code: 'not-permitted', message: `${socketPath} belongs to another user` };
  }
  // The backlog of the socket is full.
  if (code === 'EAGAIN') return { code: 'too-many-requests', message: 'LocalPort is busy: try again' };
  // It answers, but does not speak HTTP.
  if (code.startsWith('HPE_')) return notUnderstood;
  return lost(
    code === 'ECONNRESET' || code === 'EPIPE'
      ? 'LocalPort ended the connection'
      : `${socketPath}: ${message}`,
  );
}
