/**
 * Tests a tunnel with a connection that is not used yet. The trial passes when the connection has stayed open for `trialMs`
 * or has received a byte: then the tunnel reaches something. It fails if the connection ends before. Nothing is sent, so the
 * waiting client loses nothing.
 */
import type { Clock, Timer } from '../clock.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

export interface TrialListener {
  /** The callee must set `onBytes` of the connection before it returns. */
  onPassed(connection: UpstreamConnection): void;
  /** The remote end ended it. The connection is closed. */
  onFailed(): void;
}

export interface TrialTerms {
  readonly clock: Clock;
  readonly trialMs: number;
}

export class Trial {
  readonly #connection: UpstreamConnection;
  readonly #listener: TrialListener;
  readonly #timer: Timer;

  /** `connection` has just been opened. */
  constructor(connection: UpstreamConnection, { clock, trialMs }: TrialTerms, listener: TrialListener) {
    this.#connection = connection;
    this.#listener = listener;
    this.#timer = clock.after(trialMs, this.pass);
    connection.onBytes = this.#onBytes;
    connection.socket.once('end', this.#fail).once('close', this.#fail);
  }

  /** The tunnel is proven. */
  readonly pass = (): void => {
    this.#stop();
    this.#listener.onPassed(this.#connection);
  };

  abort(): void {
    this.#stop();
    this.#connection.socket.destroy();
  }

  readonly #onBytes = (bytes: Uint8Array): boolean => {
    this.pass();
    return this.#connection.onBytes(bytes);
  };

  readonly #fail = (): void => {
    this.abort();
    this.#listener.onFailed();
  };

  #stop(): void {
    this.#timer.cancel();
    this.#connection.onBytes = () => false;
    this.#connection.socket.off('end', this.#fail).off('close', this.#fail);
  }
}
