/**
 * The host side of the control socket: HTTP, never over TCP. The socket is in a folder for this user only, and a client that
 * can connect may do everything that the user may.
 */
import { lstat, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { ControlError } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { withDeadline, type Clock, type Timer } from '../clock.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import { ensureRuntimeDirectory } from '../files/private-path.ts';
import { bindPrivately } from '../files/private-bind.ts';
import type { ExchangeParts, Incoming } from './control-exchange.ts';
import type { ControlHandlers } from './control-handlers.ts';
import { RequestSlots } from './request-slots.ts';
import { ServedConnection } from './served-connection.ts';

/** The next connection replaces the one that has been idle longest. */
export const maxConnections = 150;
const maxHeadBytes = 16 * 1024;
const lastWordsMs = 1_000;
/** A command waits longer than this for a host that runs but has no socket. */
export const socketCheckMs = 5_000;

export interface ControlServerOptions {
  /** In a folder that only the user can enter. */
  readonly socketPath: string;
  /** The version of the host. */
  readonly version: string;
  readonly handlers: ControlHandlers;
  readonly clock: Clock;
  readonly log: Logger;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #parts: ExchangeParts;
  readonly #server: Server;
  /** Oldest first. */
  readonly #connections = new Map<Duplex, ServedConnection>();
  #onEmpty: () => void = () => undefined;
  #isStopping = false;
  #socketCheck: Timer | null = null;

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#parts = { ...options, slots: new RequestSlots() };
    this.#server = createServer({ maxHeaderSize: maxHeadBytes, requireHostHeader: false });
    // We set our own deadlines, by the clock that tests can advance.
    this.#server.headersTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
    // A client that closes its half after a request still wants the answer. @types/node lacks this property.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    this.#listenToEvents();
  }

  /** Removes a socket that a crashed host left behind. The error is a sentence. Call it with the host lock held. */
  static async open(options: ControlServerOptions): Promise<Result<ControlServer, string>> {
    const { socketPath } = options;
    const refusal = await clearDeadSocket(socketPath);
    if (refusal !== null) return err(refusal);
    const control = new ControlServer(options);
    try {
      await control.#listen();
      control.#checkSocketLater();
      return ok(control);
    } catch (error) {
      control.#server.close();
      return err(`the control socket ${socketPath} cannot be opened: ${errorMessage(error)}`);
    }
  }

  /** The number of connections with a request in progress. */
  get clients(): number {
    return [...this.#connections.values()].filter(({ isBusy }) => isBusy).length;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Removes the socket and ends all requests but those that wait for the host to stop. Idempotent. */
  stop(): void {
    this.#isStopping = true;
    this.#socketCheck?.cancel();
    this.#server.close();
    for (const connection of [...this.#connections.values()]) connection.stop();
  }

  /** Stops, and resolves when the last client is gone. Remaining clients are disconnected after `lastWordsMs`. */
  async close(): Promise<void> {
    this.stop();
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      if (this.#connections.size === 0) resolve();
    });
    await withDeadline(this.#options.clock, lastWordsMs, empty);
    for (const connection of [...this.#connections.values()]) connection.destroy();
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // A command does not trust a socket to which others can write.
      bindPrivately(() => {
        this.#server.listen(this.#options.socketPath, () => {
          this.#server.off('error', reject);
          resolve();
        });
      });
    });
  }

  #checkSocketLater(): void {
    this.#socketCheck = this.#options.clock.after(socketCheckMs, () => {
      void this.#reopenIfGone().finally(() => {
        if (!this.#isStopping) this.#checkSocketLater();
      });
    });
  }

  /** The end of a login session removes /run/user/UID, and a cleanup of temporary folders what is old. */
  async #reopenIfGone(): Promise<void> {
    const { socketPath, log } = this.#options;
    const isStopping = (): boolean => this.#isStopping;
    const isGone = await lstat(socketPath).then(
      () => false,
      (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT',
    );
    if (!isGone || isStopping()) return;
    try {
      ensureRuntimeDirectory(path.dirname(socketPath));
      // Requests in progress continue.
      this.#server.close();
      await this.#listen();
      log.info('control: the socket was gone and is open again');
    } catch (error) {
      log.debug(`control: the socket is gone: ${errorMessage(error)}`);
    }
    if (isStopping()) this.#server.close();
  }

  #listenToEvents(): void {
    const take = (request: Incoming['request'], response: Incoming['response']): void => {
      this.#connections.get(request.socket)?.take({ request, response });
    };
    this.#server
      .on('error', (error) => {
        // One of `#listen` is reported by its caller.
        if (this.#server.listening) this.#options.log.error(`control: ${errorMessage(error)}`);
      })
      .on('connection', (socket) => {
        this.#welcome(socket);
      })
      .on('request', take)
      .on('checkContinue', take)
      .on('checkExpectation', take)
      .on('connect', (_, socket) => {
        this.#refuse(socket, { code: 'wrong-method', message: 'CONNECT is no method of this API' });
      })
      .on('clientError', (error, socket) => {
        this.#onBroken(error, socket);
      });
  }

  #welcome(socket: Socket): void {
    if (this.#isStopping || !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#connections.set(socket, new ServedConnection(socket, this.#parts));
    socket.once('close', () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#onEmpty();
    });
  }

  #makeRoom(): boolean {
    if (this.#connections.size < maxConnections) return true;
    for (const [socket, connection] of this.#connections) {
      if (!connection.waitsForClient) continue;
      connection.destroy();
      this.#connections.delete(socket);
      return true;
    }
    return false;
  }

  #onBroken({ code }: NodeJS.ErrnoException, socket: Duplex): void {
    const isOverflow = code === 'HPE_HEADER_OVERFLOW' || code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW';
    if (isOverflow)
      this.#refuse(socket, { code: 'too-large', message: `the head is larger than ${maxHeadBytes} bytes` });
    else this.#refuse(socket, { code: 'bad-request', message: 'expected a request of HTTP/1.1' });
  }

  #refuse(socket: Duplex, error: ControlError): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) socket.destroy();
    else connection.refuse(error);
  }
}

/** Removes a dead socket; returns the reason if something else is in the way. */
async function clearDeadSocket(path: string): Promise<string | null> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null) return null;
  if (!stats.isSocket()) return `${path} is no socket: remove it`;
  if (await answers(path))
    return `another LocalPort answers at ${path}, with other folders for its state: stop it`;
  await rm(path, { force: true });
  return null;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (isAnswered: boolean): void => {
      socket.destroy();
      resolve(isAnswered);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}
