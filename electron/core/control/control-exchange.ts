/**
 * One request, from its head to the last byte of its answer.
 *
 * 1. It is answered exactly once, however it ends, while the client is connected.
 * 2. When the client disconnects, the work for it is canceled.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isControlStream, type ControlError, type ControlName } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { errorWithStack } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import { dispatchControl, type Handled } from './control-dispatch.ts';
import type { ControlHandlers, ControlSink } from './control-handlers.ts';
import { ControlReply } from './control-reply.ts';
import { fromQuery } from './control-routes.ts';
import { onceOver, readBody } from './request-body.ts';
import { admit, type Admitted } from './request-gate.ts';
import type { RequestSlots } from './request-slots.ts';

/** The time to read and discard the rest of a body. */
const lingerMs = 1_000;

export interface ExchangeParts {
  readonly handlers: ControlHandlers;
  readonly slots: RequestSlots;
  readonly clock: Clock;
  readonly log: Logger;
  /** The version of the host. */
  readonly version: string;
}

export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export class ControlExchange {
  readonly #parts: ExchangeParts;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #reply: ControlReply;
  readonly #controller = new AbortController();
  #name: ControlName | null = null;

  constructor(parts: ExchangeParts, { request, response }: Incoming) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
    const { clock, version } = parts;
    this.#reply = new ControlReply({ response, clock, version });
  }

  /** Whether the exchange waits for the client to send or read something. */
  get waitsForClient(): boolean {
    return this.#name === null || this.#reply.isCongested;
  }

  /** Resolves when the client has received its answer, or is gone. Never rejects. */
  async run(): Promise<void> {
    void this.#reply.done.then(() => {
      this.#controller.abort();
    });
    const wanted = await this.#read();
    if (wanted.ok) this.#begin(wanted.value);
    else this.#reply.fail(wanted.error);
    await this.#reply.done;
    if (!this.#request.complete && !this.#request.socket.destroyed) await this.#readOn();
  }

  /** Answers with this error at once. The connection ends after the answer. */
  refuse(error: ControlError): Promise<void> {
    if (!this.#response.headersSent) this.#response.setHeader('Connection', 'close');
    this.#reply.fail(error);
    this.#controller.abort();
    return this.#reply.done;
  }

  /** Ends the exchange, unless it waits for the host to stop. */
  stop(): void {
    if (this.#name !== 'shutdown') void this.refuse(stopping);
  }

  /** Most clients read the answer only after they have sent their body: closing now would cut them off from it. */
  async #readOn(): Promise<void> {
    const ended = new Promise<void>((resolve) => onceOver(this.#request, resolve));
    this.#request.resume();
    const read = await withDeadline(this.#parts.clock, lingerMs, ended);
    if (read === 'deadline' || !this.#request.complete) this.#request.socket.destroy();
  }

  async #read(): Promise<Result<Wanted, ControlError>> {
    const { method = '', url = '', headers, headersDistinct } = this.#request;
    const head = { method, target: url, headers, hosts: headersDistinct['host'] ?? [] };
    const admitted = admit(head, this.#parts.version);
    if (!admitted.ok) return admitted;
    const params = await this.#params(admitted.value);
    return params.ok ? ok({ name: admitted.value.route.name, params: params.value }) : params;
  }

  async #params({ route, query }: Admitted): Promise<Result<unknown, ControlError>> {
    if (route.method === 'GET') return ok(fromQuery(query));
    const { clock } = this.#parts;
    return readBody(this.#request, clock, () => {
      // curl holds back a large body until the server asks for it (RFC 9110, 10.1.1).
      if (/^100-continue$/i.test(this.#request.headers.expect ?? '')) this.#response.writeContinue();
    });
  }

  #begin(wanted: Wanted): void {
    const { name } = wanted;
    const slot = this.#parts.slots.take(name);
    if (!slot.ok) {
      this.#reply.fail(slot.error);
      return;
    }
    this.#name = name;
    const isStream = isControlStream(name);
    if (isStream) this.#expectToBeRead();
    void this.#handle(wanted).then((outcome) => {
      slot.value();
      if (!outcome.ok) this.#reply.fail(outcome.error);
      else if (isStream) this.#reply.end();
      else this.#reply.answer(outcome.value ?? null);
    });
  }

  async #handle({ name, params }: Wanted): Handled {
    try {
      return await dispatchControl(this.#parts.handlers, { name, params }, this.#sink());
    } catch (thrown) {
      this.#parts.log.error(`control: ${name} failed: ${errorWithStack(thrown)}`);
      return err({ code: 'host-failed', message: `${name} failed: LocalPort's log says more` });
    }
  }

  /** A half-closed connection does not count: its client may be gone, and a stream without events would not notice. */
  #expectToBeRead(): void {
    const { socket } = this.#request;
    const drop = (): void => {
      this.#reply.drop();
    };
    if (socket.readableEnded) drop();
    socket.once('end', drop);
    void this.#reply.done.then(() => socket.off('end', drop));
    // A stream without events begins anyway, after a turn; a stream that fails at once fails with an HTTP status.
    setImmediate(() => {
      this.#reply.begin();
    });
  }

  #sink(): ControlSink<unknown> {
    const { signal } = this.#controller;
    const reply = this.#reply;
    let offered: (() => unknown) | null = null;
    const send = (event: unknown): void => {
      if (!signal.aborted) reply.send(event);
    };
    const sendOffered = (): void => {
      const make = offered;
      offered = null;
      if (make !== null) send(make());
    };
    return {
      signal,
      send,
      clear: () => whenClear(reply, signal),
      offer: (make) => {
        const isWaiting = offered !== null;
        offered = make;
        if (isWaiting) return;
        if (reply.isCongested) reply.onceClear(sendOffered);
        else sendOffered();
      },
    };
  }
}

interface Wanted {
  readonly name: ControlName;
  readonly params: unknown;
}

const stopping: ControlError = { code: 'stopping', message: 'LocalPort is stopping' };

function whenClear(reply: ControlReply, signal: AbortSignal): Promise<void> {
  if (signal.aborted || !reply.isCongested) return Promise.resolve();
  return new Promise((resolve) => {
    const forget = reply.onceClear(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = (): void => {
      forget();
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
