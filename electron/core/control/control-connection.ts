/**
 * The client's side of one connection: numbers its requests and matches each answer to its request.
 *
 * 1. Every call is resolved exactly once: by its answer, its deadline, its signal, or the end of the connection.
 * 2. What is not understood ends the connection: nothing after it could be trusted.
 */
import type { Socket } from 'node:net';
import {
  controlProtocol,
  greetingSchema,
  hostFrameSchema,
  maxReplyBytes,
  maxRequestBytes,
  type ClientFrame,
  type ControlError,
} from '../../../shared/control-contract.ts';
import { assertNever, err, ok, type Result } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';
import { FrameChannel } from './frame-channel.ts';

export interface ControlCall {
  readonly name: string;
  readonly params: unknown;
  readonly onEvent?: (event: unknown) => void;
  /** Ends the call with ok and null. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

interface PendingCall {
  readonly onEvent: ((event: unknown) => void) | undefined;
  readonly settle: (outcome: Result<unknown, ControlError>) => void;
}

/** The host broke the contract; what it runs is most likely another version. */
export const notUnderstood: ControlError = {
  code: 'version-mismatch',
  message:
    'LocalPort sent what this command does not understand: restart LocalPort so that both are of one version',
};

export class ControlConnection {
  readonly closed: Promise<ControlError>;
  readonly #clock: Clock;
  readonly #channel: FrameChannel;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;
  #end: ControlError | null = null;
  #greeted: ((greeting: Result<HostInfo, ControlError>) => void) | null = null;

  /** `socket`: connected. */
  constructor(socket: Socket, clock: Clock) {
    this.#clock = clock;
    let close: (why: ControlError) => void = () => undefined;
    this.closed = new Promise((resolve) => {
      close = resolve;
    });
    this.#channel = new FrameChannel({
      socket,
      clock,
      maxIncomingBytes: maxReplyBytes,
      maxOutgoingBytes: maxRequestBytes,
      onMessage: (message) => {
        if (this.#greeted !== null) this.#receiveGreeting(message);
        else this.#receive(message);
      },
      onBroken: () => undefined,
      onEnd: (why) => {
        this.#onEnd(why);
        close(why);
      },
    });
  }

  /** To be called first, once. */
  greet(version: string): Promise<Result<HostInfo, ControlError>> {
    return new Promise((resolve) => {
      this.#greeted = resolve;
      this.#send({ type: 'hello', protocol: controlProtocol, version });
    });
  }

  call({ name, params, onEvent, signal, timeoutMs }: ControlCall): Promise<Result<unknown, ControlError>> {
    if (this.#end !== null) return Promise.resolve(err(this.#end));
    if (signal?.aborted === true) return Promise.resolve(ok(null));
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const settle = (outcome: Result<unknown, ControlError>): void => {
        this.#pending.delete(id);
        timer?.cancel();
        signal?.removeEventListener('abort', onAbort);
        resolve(outcome);
      };
      const cancel = (outcome: Result<unknown, ControlError>): void => {
        settle(outcome);
        this.#send({ type: 'cancel', id });
      };
      const onAbort = (): void => {
        cancel(ok(null));
      };
      if (timeoutMs !== undefined) {
        timer = this.#clock.after(timeoutMs, () => {
          cancel(err({ code: 'timed-out', message: `no answer to ${name} within ${timeoutMs / 1000} s` }));
        });
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, { onEvent, settle });
      if (this.#send({ type: 'request', id, name, params })) return;
      settle(
        err({ code: 'too-large', message: `${name}: the request is larger than ${maxRequestBytes} bytes` }),
      );
    });
  }

  close(why: ControlError): void {
    this.#channel.destroy(why);
  }

  #send(frame: ClientFrame): boolean {
    return this.#channel.send(frame);
  }

  #receiveGreeting(message: unknown): void {
    const greeting = greetingSchema.safeParse(message);
    if (!greeting.success) this.close(notUnderstood);
    else if (greeting.data.type === 'refused') this.close(greeting.data.error);
    else {
      this.#greeted?.(ok(greeting.data.host));
      this.#greeted = null;
    }
  }

  #receive(message: unknown): void {
    const frame = hostFrameSchema.safeParse(message);
    if (!frame.success) {
      this.close(notUnderstood);
      return;
    }
    const { data } = frame;
    // The call was abandoned; drop its answer.
    const pending = data.id === null ? undefined : this.#pending.get(data.id);
    switch (data.type) {
      case 'event':
        pending?.onEvent?.(data.event);
        return;
      case 'result':
        pending?.settle(ok(data.result));
        return;
      case 'failed':
        if (data.id === null) this.close(data.error);
        else pending?.settle(err(data.error));
        return;
      default:
        assertNever(data, 'frame');
    }
  }

  #onEnd(why: ControlError): void {
    this.#end = why;
    this.#greeted?.(err(why));
    this.#greeted = null;
    for (const { settle } of [...this.#pending.values()]) settle(err(why));
  }
}
