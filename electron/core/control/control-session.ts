/**
 * One client of the host, from its first byte to its last.
 *
 * 1. Nothing is done for a client before its hello, and it must come soon.
 * 2. Every request is answered exactly once, however it ends, while the connection lasts.
 * 3. When the connection ends, all that was under way for it is cancelled.
 */
import type { Socket } from 'node:net';
import {
  clientFrameSchema,
  controlProtocol,
  helloSchema,
  maxReplyBytes,
  maxRequestBytes,
  type ControlError,
  type HostFrame,
} from '../../../shared/control-contract.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';
import { errorWithStack } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import { dispatchControl, isControlName } from './control-dispatch.ts';
import type { ControlHandlers, ControlSink } from './control-handlers.ts';
import { FrameChannel } from './frame-channel.ts';

/** From the connection to the hello. */
export const helloTimeoutMs = 2_000;
/** Without anything under way. */
export const idleTimeoutMs = 60_000;
/** Requests and streams under way. */
export const maxOpenRequests = 32;

export interface ControlSessionParts {
  readonly socket: Socket;
  readonly host: HostInfo;
  readonly handlers: ControlHandlers;
  readonly clock: Clock;
  readonly log: Logger;
}

interface OpenRequest {
  readonly name: string;
  readonly controller: AbortController;
}

export class ControlSession {
  readonly #parts: ControlSessionParts;
  readonly #channel: FrameChannel;
  readonly #open = new Map<number, OpenRequest>();
  #stage: 'greeting' | 'serving' | 'stopping' = 'greeting';
  #timer: Timer | null;

  constructor(parts: ControlSessionParts) {
    this.#parts = parts;
    this.#channel = new FrameChannel({
      socket: parts.socket,
      clock: parts.clock,
      maxIncomingBytes: maxRequestBytes,
      maxOutgoingBytes: maxReplyBytes,
      onMessage: (message) => {
        if (this.#stage === 'greeting') this.#greet(message);
        else this.#receive(message);
      },
      onBroken: (error) => {
        this.#tell(this.#stage === 'greeting' ? { type: 'refused', error } : failure(null, error));
      },
      onEnd: (why) => {
        this.#onEnd(why);
      },
    });
    this.#timer = this.#dropAfter(helloTimeoutMs, `no hello within ${helloTimeoutMs / 1000} s`);
  }

  /** Turns the client away with a reason. */
  refuse(error: ControlError): void {
    this.#tell(this.#stage === 'greeting' ? { type: 'refused', error } : failure(null, error));
    this.#channel.end(error);
  }

  /** Ends all requests but those that wait for the host to stop; the connection ends with the last of them. */
  stop(): void {
    const stopping = error('stopping', 'LocalPort is stopping');
    if (this.#stage === 'greeting') {
      this.refuse(stopping);
      return;
    }
    this.#stage = 'stopping';
    for (const [id, { name }] of [...this.#open]) {
      if (name !== 'shutdown') this.#answer(id, err(stopping));
    }
    if (this.#open.size === 0) this.#channel.end(stopping);
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#channel.destroy(error('connection-lost', 'the host ended the connection'));
  }

  #greet(message: unknown): void {
    const { host } = this.#parts;
    const hello = helloSchema.safeParse(message);
    if (!hello.success) {
      this.refuse(error('bad-request', 'expected a hello, as the control contract has it'));
      return;
    }
    const { protocol, version } = hello.data;
    if (protocol !== controlProtocol) {
      this.refuse(
        error(
          'version-mismatch',
          `the running LocalPort ${host.version} speaks control protocol ${controlProtocol}, this command ` +
            `(${version}) protocol ${protocol}: restart LocalPort so that both are of one version`,
        ),
      );
      return;
    }
    this.#stage = 'serving';
    this.#tell({ type: 'welcome', protocol: controlProtocol, host });
    this.#watchIdleness();
  }

  #receive(message: unknown): void {
    const frame = clientFrameSchema.safeParse(message);
    if (!frame.success) {
      this.refuse(error('bad-request', 'a message that the control contract does not know'));
      return;
    }
    const { data } = frame;
    if (data.type === 'cancel') this.#open.get(data.id)?.controller.abort();
    else if (this.#open.has(data.id)) this.refuse(error('bad-request', `request id ${data.id} is in use`));
    else this.#begin(data.id, data.name, data.params);
  }

  #begin(id: number, name: string, params: unknown): void {
    if (!isControlName(name)) {
      this.#tell(failure(id, error('bad-request', `there is no request "${name}"`)));
      return;
    }
    const refusal = this.#refusal();
    if (refusal !== null) {
      this.#tell(failure(id, refusal));
      return;
    }
    const controller = new AbortController();
    this.#open.set(id, { name, controller });
    this.#watchIdleness();
    const { handlers } = this.#parts;
    void dispatchControl(handlers, { name, params }, this.#sink(id, controller.signal))
      .catch((thrown: unknown) => {
        this.#parts.log.error(`control: ${name} failed: ${errorWithStack(thrown)}`);
        return err(error('host-failed', `${name} failed: LocalPort's log says more`));
      })
      .then((outcome) => {
        this.#answer(id, outcome);
      });
  }

  /** Why no request can be taken now, whichever it is. */
  #refusal(): ControlError | null {
    if (this.#stage === 'stopping') return error('stopping', 'LocalPort is stopping');
    if (this.#open.size >= maxOpenRequests) {
      return error('bad-request', `more than ${maxOpenRequests} requests at once`);
    }
    return null;
  }

  #sink(id: number, signal: AbortSignal): ControlSink<unknown> {
    let offered: (() => unknown) | null = null;
    const send = (event: unknown): void => {
      if (signal.aborted || !this.#open.has(id)) return;
      if (this.#tell({ type: 'event', id, event })) return;
      this.#answer(id, err(tooLarge));
    };
    const sendOffered = (): void => {
      const make = offered;
      offered = null;
      if (make !== null) send(make());
    };
    return {
      signal,
      send,
      clear: () => this.#whenClear(signal),
      offer: (make) => {
        const isWaiting = offered !== null;
        offered = make;
        if (isWaiting) return;
        if (this.#channel.isCongested) this.#channel.onceClear(sendOffered);
        else sendOffered();
      },
    };
  }

  #whenClear(signal: AbortSignal): Promise<void> {
    if (signal.aborted || !this.#channel.isCongested) return Promise.resolve();
    return new Promise((resolve) => {
      const forget = this.#channel.onceClear(() => {
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

  /** The one answer to a request; later ones go nowhere. */
  #answer(id: number, outcome: Result<unknown, ControlError>): void {
    const request = this.#open.get(id);
    if (request === undefined) return;
    this.#open.delete(id);
    request.controller.abort();
    if (!outcome.ok) this.#tell(failure(id, outcome.error));
    else if (!this.#tell({ type: 'result', id, result: outcome.value ?? null })) {
      this.#tell(failure(id, tooLarge));
    }
    if (this.#stage === 'stopping' && this.#open.size === 0) {
      this.#channel.end(error('stopping', 'LocalPort is stopping'));
    } else this.#watchIdleness();
  }

  /** False when the message is too large to be sent. */
  #tell(frame: HostFrame): boolean {
    return this.#channel.send(frame);
  }

  #watchIdleness(): void {
    this.#timer?.cancel();
    this.#timer =
      this.#open.size > 0 ? null : this.#dropAfter(idleTimeoutMs, `idle for ${idleTimeoutMs / 1000} s`);
  }

  #dropAfter(delayMs: number, why: string): Timer {
    return this.#parts.clock.after(delayMs, () => {
      this.refuse(error('timed-out', why));
    });
  }

  #onEnd(why: ControlError): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const { controller } of this.#open.values()) controller.abort();
    this.#open.clear();
    if (why.code !== 'connection-lost') this.#parts.log.debug(`control: a client was let go: ${why.message}`);
  }
}

const error = (code: ControlError['code'], message: string): ControlError => ({ code, message });

const tooLarge = error('too-large', `the answer is larger than ${maxReplyBytes} bytes`);

const failure = (id: number | null, error: ControlError): HostFrame => ({ type: 'failed', id, error });
