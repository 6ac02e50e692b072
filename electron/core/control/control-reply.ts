/**
 * The answer to one request: JSON at once, or a stream of lines. Unread data is bounded in bytes and in time; beyond
 * either bound the connection is closed.
 */
import type { ServerResponse } from 'node:http';
import {
  controlProtocol,
  maxReplyBytes,
  protocolHeader,
  versionHeader,
  type ControlError,
  type ErrorAnswer,
} from '../../../shared/control-contract.ts';
import type { Clock, Timer } from '../clock.ts';
import { httpStatus } from './http-status.ts';

/** Not counting the line that is being sent. */
const maxUnsentBytes = 2 * 1024 * 1024;
/** How long the client may take to read everything that was sent. */
export const maxStallMs = 30_000;

export interface ReplyParts {
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** The version of the host. */
  readonly version: string;
}

export const answerHeaders = (version: string, type: string) => ({
  'Content-Type': type,
  'Cache-Control': 'no-store',
  [protocolHeader]: String(controlProtocol),
  [versionHeader]: version,
});

export const json = 'application/json';
const ndjson = 'application/x-ndjson';

export class ControlReply {
  /** Resolves when the client has received all of it, or is gone. */
  readonly done: Promise<void>;
  readonly #parts: ReplyParts;
  readonly #clearWaiters = new Set<() => void>();
  #stall: Timer | null = null;
  #isEnded = false;

  constructor(parts: ReplyParts) {
    this.#parts = parts;
    const { response } = parts;
    const { socket } = response.req;
    this.done = new Promise((resolve) => {
      const onClose = (): void => {
        response.off('close', onClose);
        socket.off('close', onClose);
        this.#isEnded = true;
        this.#endStall();
        this.#clearWaiters.clear();
        resolve();
      };
      response.on('close', onClose);
      // A response whose turn has not come yet does not get this event.
      socket.on('close', onClose);
    });
    response.on('drain', () => {
      this.#endStall();
      const waiters = [...this.#clearWaiters];
      this.#clearWaiters.clear();
      for (const waiter of waiters) waiter();
    });
    response.on('error', () => undefined);
  }

  /** Whether the client has unread data. */
  get isCongested(): boolean {
    return this.#stall !== null;
  }

  /** Calls `action` when all sent data has been read; never after the client is gone. Returns a function that cancels it. */
  onceClear(action: () => void): () => void {
    this.#clearWaiters.add(action);
    return () => {
      this.#clearWaiters.delete(action);
    };
  }

  /** The whole answer. */
  answer(result: unknown): void {
    const text = JSON.stringify(result);
    if (Buffer.byteLength(text) > maxReplyBytes) this.fail(answerTooLarge);
    else this.#end(200, text);
  }

  /** The whole answer, or the last line of a stream. */
  fail(error: ControlError): void {
    const answer: ErrorAnswer = { error };
    this.#end(httpStatus[error.code], JSON.stringify(answer));
  }

  /** Begins a stream, if it has not begun. */
  begin(): void {
    const { response, version } = this.#parts;
    if (this.#isEnded || response.headersSent) return;
    response.writeHead(200, answerHeaders(version, ndjson));
    response.flushHeaders();
  }

  /** One line of a stream. */
  send(event: unknown): void {
    if (this.#isEnded) return;
    const line = `${JSON.stringify(event)}\n`;
    if (Buffer.byteLength(line) > maxReplyBytes) {
      this.fail(answerTooLarge);
      return;
    }
    this.begin();
    const { response } = this.#parts;
    if (response.write(line)) return;
    this.#watchStall();
    if (response.writableLength > maxUnsentBytes + line.length) this.drop();
  }

  /** The end of a stream. */
  end(): void {
    this.begin();
    this.#end(200, '');
  }

  /** Ends the connection at once. */
  drop(): void {
    this.#parts.response.destroy();
  }

  #end(status: number, text: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { response, version } = this.#parts;
    if (!response.headersSent) {
      if (status === 405) response.setHeader('Allow', response.req.method === 'GET' ? 'POST' : 'GET');
      if (status === 429) response.setHeader('Retry-After', '1');
      response.writeHead(status, {
        ...answerHeaders(version, json),
        'Content-Length': Buffer.byteLength(text) + 1,
      });
    }
    response.end(text === '' ? '' : `${text}\n`);
    if (!response.writableFinished) this.#watchStall();
  }

  #watchStall(): void {
    this.#stall ??= this.#parts.clock.after(maxStallMs, () => {
      this.drop();
    });
  }

  #endStall(): void {
    this.#stall?.cancel();
    this.#stall = null;
  }
}

const answerTooLarge: ControlError = {
  code: 'too-large',
  message: `the answer is larger than ${maxReplyBytes} bytes`,
};
