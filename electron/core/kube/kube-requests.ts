/**
 * GETs through a kubectl proxy on a Unix socket. Invariants:
 *
 * 1. No wait is unbounded: an answer has a deadline, and so has the head of a watch.
 * 2. No buffer is unbounded: an answer and a line of a watch have a maximum size.
 * 3. No answer, and no flood of events, keeps other forwards from their turn.
 * 4. Each request has a connection of its own, closed when it ends, so a proxy restart leaves no stale connection.
 */
import http from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { type Clock, nextTurn, withLimit, type WorkLimit } from '../clock.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import { ComplexJsonError, maxParsedBytes, parseAtOnce, parseInTurns } from './json-in-turns.ts';
import { type KubeAnswer, type KubeApi, type KubeEnd, noAnswer } from './kube-api.ts';

const defaultTimeoutMs = 10_000;
/** A list of a few thousand pods. */
const maxAnswerBytes = 32 * 1024 * 1024;
const maxParts = 1_000;
/** Whatever a server asks for. */
const maxRetryAfterMs = 60_000;

/** kubectl proxy accepts no other host. */
export const proxyHost = 'localhost';

export function createKubeRequests(socketPath: string, clock: Clock): KubeApi {
  return {
    get: (path, { signal, timeoutMs = defaultTimeoutMs } = {}) =>
      get({ socketPath, path, clock, timeoutMs, signal }),
    watch: (path, onEvent, signal) =>
      watch({ socketPath, path, clock, timeoutMs: defaultTimeoutMs, signal }, onEvent),
  };
}

const failed = (reason: string): KubeAnswer => ({ status: noAnswer, body: reason });

interface GetRequest extends WorkLimit {
  readonly socketPath: string;
  readonly path: string;
}

const get = ({ socketPath, path, ...limit }: GetRequest): Promise<KubeAnswer> =>
  withLimit(limit, async (signal) => {
    try {
      return await readAnswer(await headOf(socketPath, path, signal));
    } catch (error) {
      return failed(signal.aborted ? String(signal.reason) : errorMessage(error));
    }
  });

/** Rejects if there is no answer, and when the signal aborts, which also ends the answer's body. */
function headOf(socketPath: string, path: string, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { host: proxyHost, accept: 'application/json' };
    const request = http.get({ socketPath, path, agent: false, headers, signal });
    request.once('response', resolve);
    request.on('error', reject);
  });
}

/** Rejects if the answer is cut off or too long. */
export async function readAnswer(response: http.IncomingMessage): Promise<KubeAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error(`an answer of more than ${String(maxAnswerBytes)} bytes`);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? noAnswer,
    body: await parsed(Buffer.concat(chunks)),
    ...retryAfterIn(response),
  };
}

/** In seconds; Kubernetes sends no dates. */
function retryAfterIn({ headers }: http.IncomingMessage): Pick<KubeAnswer, 'retryAfterMs'> {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? { retryAfterMs: Math.min(seconds * 1_000, maxRetryAfterMs) } : {};
}

async function parsed(bytes: Buffer): Promise<unknown> {
  try {
    return await parseInTurns(bytes);
  } catch (error) {
    return error instanceof ComplexJsonError ? error.message : bytes.toString('utf8');
  }
}

/** Only the head of the answer is limited in time. */
const watch = (
  { socketPath, path, ...limit }: GetRequest,
  onEvent: (event: unknown) => void,
): Promise<KubeEnd> =>
  withLimit(limit, async (signal, deadline) => {
    try {
      const response = await headOf(socketPath, path, signal);
      if (response.statusCode !== 200) return { kind: 'refused', answer: await readAnswer(response) };
      deadline.cancel();
      for await (const line of linesOf(response)) {
        onEvent(parseAtOnce(line));
        await nextTurn();
      }
      return { kind: 'closed' };
    } catch (error) {
      if (limit.signal?.aborted === true) return { kind: 'aborted' };
      return { kind: 'failed', reason: signal.aborted ? String(signal.reason) : errorMessage(error) };
    }
  });

async function* linesOf(response: http.IncomingMessage): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  // Joined only when a line is complete: searching all of it again for each chunk would take seconds.
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const lines = decoder.write(chunk).split('\n');
    for (const [index, text] of lines.entries()) {
      parts.push(text);
      length += text.length;
      if (length > maxParsedBytes)
        throw new Error(`an event of more than ${String(maxParsedBytes)} characters`);
      if (index === lines.length - 1) break;
      const line = parts.join('');
      [parts, length] = [[], 0];
      if (line !== '') yield line;
    }
    if (parts.length >= maxParts) parts = [parts.join('')];
  }
}
