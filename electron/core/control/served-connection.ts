/**
 * One connection of a client.
 *
 * 1. Its requests are served one after another, each in its own turn of the event loop: a flood of them does not delay
 *    other connections.
 * 2. While it is idle, a deadline runs: the first request must arrive soon, the next one within a minute.
 */
import type { Socket } from 'node:net';
import type { ControlError } from '../../../shared/control-contract.ts';
import type { Timer } from '../clock.ts';
import { ControlExchange, type ExchangeParts, type Incoming } from './control-exchange.ts';
import { rawAnswer } from './raw-answer.ts';
import { maxOpenRequests } from './request-slots.ts';

/** From the connection to the end of the first request's head. */
export const headTimeoutMs = 2_000;
/** Without a request. */
export const idleTimeoutMs = 60_000;

export class ServedConnection {
  readonly #socket: Socket;
  readonly #parts: ExchangeParts;
  readonly #waiting: Incoming[] = [];
  #current: ControlExchange | null = null;
  #timer: Timer | null;
  #stage: 'serving' | 'overrun' | 'stopping' = 'serving';

  constructor(socket: Socket, parts: ExchangeParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#timer = parts.clock.after(headTimeoutMs, () => {
      this.refuse({ code: 'timed-out', message: `no request within ${headTimeoutMs / 1000} s` });
    });
    socket.once('close', () => {
      this.#timer?.cancel();
      this.#waiting.length = 0;
    });
  }

  get isBusy(): boolean {
    return this.#current !== null;
  }

  /** Whether it waits for its client. */
  get waitsForClient(): boolean {
    return this.#current?.waitsForClient ?? true;
  }

  take(incoming: Incoming): void {
    if (this.#stage === 'overrun' || this.#socket.destroyed) return;
    if (this.#waiting.length >= maxOpenRequests) this.#stage = 'overrun';
    this.#waiting.push(incoming);
    if (this.#current === null) void this.#serve();
  }

  /** Ends the connection with a reason, unless an answer is being sent, which the reason would corrupt. */
  refuse(error: ControlError): void {
    if (this.isBusy || !this.#socket.writable) this.#socket.destroy();
    else this.#socket.end(rawAnswer(error, this.#parts.version), () => this.#socket.destroy());
  }

  /** Ends all exchanges except those that wait for the host to stop; the connection ends with the last one. */
  stop(): void {
    this.#stage = 'stopping';
    if (this.#current === null) this.#socket.destroy();
    else this.#current.stop();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #serve(): Promise<void> {
    this.#timer?.cancel();
    const isOpen = (): boolean => !this.#socket.destroyed;
    for (let next = this.#waiting.shift(); next !== undefined && isOpen(); next = this.#waiting.shift()) {
      this.#current = new ControlExchange(this.#parts, next);
      const isTooMuch = this.#stage === 'overrun' && this.#waiting.length === 0;
      await (isTooMuch ? this.#current.refuse(overrun) : this.#current.run());
      if (this.#stage === 'stopping') this.#socket.destroy();
      if (this.#waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#current = null;
    if (this.#socket.destroyed) return;
    this.#timer = this.#parts.clock.after(idleTimeoutMs, () => this.#socket.destroy());
  }
}

const overrun: ControlError = {
  code: 'too-many-requests',
  message: `more than ${maxOpenRequests} requests at once on one connection`,
};
