/**
 * Connects to an endpoint; for a name with several addresses as in RFC 8305 ("Happy Eyeballs") and curl. Node's own
 * implementation (`autoSelectFamily`) gives up on an address after 250 ms, so with a longer round trip it never
 * connects (nodejs/node#54359). Invariants:
 *   1. The next address is tried 250 ms after the last one, or at once when an attempt fails.
 *   2. An attempt ends by its own error, by another attempt that connects, or by `abort()`. It has no deadline.
 *   3. The first attempt to connect wins, and the others are destroyed. `abort()` destroys all of them.
 *   4. The listener is called once, never before `dial` returns, and not at all after `abort()`.
 *   5. A socket path or an IP address needs one socket, and no lookup, timer or promise.
 */
import { connect, isIP, type Socket } from 'node:net';
import type { Clock, Timer } from '../clock.ts';
import type { Endpoint } from './endpoint.ts';
import type { InProcessServer } from './in-process-server.ts';
import { orderAddresses } from './address-order.ts';
import { combineErrors, noAddress, type ConnectError } from './connect-error.ts';
import { readPathError } from './full-queue.ts';
import { systemLookups, type LookUp } from './shared-lookup.ts';

/** RFC 8305, section 8: the recommended "Connection Attempt Delay". */
const attemptDelayMs = 250;
/** Each attempt may hold a descriptor until another one connects. */
const maxAddresses = 10;

/** `host` is an IP address. */
export type Target =
  | { readonly path: string }
  | { readonly host: string; readonly port: number }
  | { readonly server: InProcessServer };

/** Starts to connect. `connectSystem` is for options of `net.connect`. */
export const openSocket = (
  target: Target,
  connectSystem: (options: Exclude<Target, { readonly server: InProcessServer }>) => Socket = connect,
): Socket => ('server' in target ? target.server.connect() : connectSystem(target));

export interface DialOptions {
  readonly clock: Clock;
  /** Creates a socket that connects to the target. Called once per attempt. */
  readonly open: (target: Target) => Socket;
  /** All addresses of a name. Default: by the system's resolver. */
  readonly lookup?: LookUp;
  /** The platform whose errors a socket path gives. Default: this computer's. */
  readonly platform?: NodeJS.Platform;
}

export interface DialListener {
  /** Called in the socket's `connect` event, before any data is read. The socket has an `error` listener. */
  onConnected(socket: Socket): void;
  /**
   * All attempts failed, or the name has no address. `code`: see `combineErrors`, and for a socket path full-queue.ts.
   */
  onFailed(error: ConnectError): void;
}

export interface Dial {
  /** Cancels the attempts; has no effect once the listener was called. */
  abort(): void;
}

export function dial(endpoint: Endpoint, options: DialOptions, listener: DialListener): Dial {
  if (endpoint.kind === 'unix') {
    const { path } = endpoint;
    const onFailed = (error: ConnectError): void => {
      listener.onFailed(readPathError(error, path, options.platform));
    };
    const attempt = new Race(options, { onConnected: listener.onConnected.bind(listener), onFailed });
    attempt.start([{ path }]);
    return attempt;
  }
  const race = new Race(options, listener);
  if (endpoint.kind === 'in-process') race.start([{ server: endpoint.server }]);
  else if (isIP(endpoint.host) > 0) race.start([{ host: endpoint.host, port: endpoint.port }]);
  else {
    const { host: name, port } = endpoint;
    const { lookup = systemLookups.lookUp } = options;
    lookup(name, (error, found) => {
      if (error !== null || found.length === 0) race.fail(error ?? noAddress(name));
      else race.start(orderAddresses(found, maxAddresses).map((host) => ({ host, port })));
    });
  }
  return race;
}

class Race implements Dial {
  readonly #options: DialOptions;
  readonly #listener: DialListener;
  readonly #connecting = new Set<Socket>();
  #waiting: Target[] = [];
  /** In the order of the targets. */
  readonly #errors: ConnectError[] = [];
  #targets = 0;
  #timer: Timer | null = null;
  #isOver = false;

  constructor(options: DialOptions, listener: DialListener) {
    this.#options = options;
    this.#listener = listener;
  }

  start(targets: Target[]): void {
    if (this.#isOver) return;
    this.#waiting = targets;
    this.#tryNext();
  }

  fail(error: ConnectError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.onFailed(error);
  }

  abort(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#waiting = [];
    for (const socket of this.#connecting) socket.destroy();
    this.#connecting.clear();
  }

  #tryNext(): void {
    this.#timer?.cancel();
    const target = this.#waiting.shift();
    if (target === undefined) return;
    const index = this.#targets++;
    const socket = this.#options.open(target);
    this.#connecting.add(socket);
    socket.once('connect', () => {
      this.#win(socket);
    });
    // Not once: an error after `destroy` must not become an uncaught exception.
    socket.on('error', (error) => {
      if (!this.#connecting.delete(socket)) return;
      this.#errors[index] = error;
      this.#onAttemptFailed();
    });
    if (this.#waiting.length === 0) return;
    this.#timer = this.#options.clock.after(attemptDelayMs, () => {
      this.#tryNext();
    });
  }

  #onAttemptFailed(): void {
    const [first, ...others] = this.#errors;
    if (this.#waiting.length > 0) this.#tryNext();
    else if (this.#connecting.size === 0 && first !== undefined) this.fail(combineErrors([first, ...others]));
  }

  #win(socket: Socket): void {
    // Two sockets may connect in the same turn of the event loop.
    if (!this.#connecting.delete(socket)) return;
    this.abort();
    this.#listener.onConnected(socket);
  }
}
