/**
 * Tests a tunnel with a connection that nobody uses yet. It passes when it has stayed open for `trialMs`, or has brought
 * a byte: then the tunnel reaches something. It fails when it ends before. Nothing is sent, so the client that it is for
 * loses nothing.
 */
import type { Clock, Timer } from '../clock.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

export interface TrialListener {
  /** Whoever takes the connection sets its `onBytes` before this returns. */
  onPassed(connection: UpstreamConnection): void;
  /** The far side ended it. The connection is closed. */
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

  /** The connection has just been made. */
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
