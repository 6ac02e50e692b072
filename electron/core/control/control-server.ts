/**
 * The host's end of the control socket. It lies in a folder for this user only: a client that can connect may do
 * everything that the user may.
 */
import { chmod, lstat, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import type { ControlHandlers } from './control-handlers.ts';
import { ControlSession } from './control-session.ts';

export const maxClients = 100;
/** More are turned away with a word; past this many at a time, without. */
const maxTurnedAway = 50;
const lastWordsMs = 1_000;

export interface ControlServerOptions {
  /** In a folder that only the user may enter. */
  readonly socketPath: string;
  readonly host: HostInfo;
  readonly handlers: ControlHandlers;
  readonly clock: Clock;
  readonly log: Logger;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #sessions = new Set<ControlSession>();
  readonly #turnedAway = new Set<ControlSession>();
  #onEmpty: () => void = () => undefined;

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#welcome(socket);
    });
  }

  /** Removes a socket that a crashed host left behind. The error is a sentence. To be called with the host lock taken. */
  static async open(options: ControlServerOptions): Promise<Result<ControlServer, string>> {
    const { socketPath } = options;
    const refusal = await makeWay(socketPath);
    if (refusal !== null) return err(refusal);
    const control = new ControlServer(options);
    try {
      await control.#listen();
      await chmod(socketPath, 0o600);
      return ok(control);
    } catch (error) {
      control.#server.close();
      return err(`the control socket ${socketPath} cannot be opened: ${errorMessage(error)}`);
    }
  }

  /** Connected right now. */
  get clients(): number {
    return this.#sessions.size;
  }

  /** Removes the socket and disconnects all clients but those that wait for the host to stop. Idempotent. */
  stop(): void {
    this.#server.close();
    for (const session of [...this.#sessions]) session.stop();
  }

  /** Stops, and resolves when the last client is gone. Clients that stay are disconnected after `lastWordsMs`. */
  async close(): Promise<void> {
    this.stop();
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      if (this.#sessions.size === 0) resolve();
    });
    await withDeadline(this.#options.clock, lastWordsMs, empty);
    for (const session of [...this.#sessions, ...this.#turnedAway]) session.destroy();
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.socketPath, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => {
          this.#options.log.error(`control: ${errorMessage(error)}`);
        });
        resolve();
      });
    });
  }

  #welcome(socket: Socket): void {
    const isFull = this.#sessions.size >= maxClients;
    if (isFull && this.#turnedAway.size >= maxTurnedAway) {
      socket.destroy();
      return;
    }
    const guests = isFull ? this.#turnedAway : this.#sessions;
    const session = new ControlSession({ ...this.#options, socket });
    guests.add(session);
    socket.once('close', () => {
      guests.delete(session);
      if (this.#sessions.size === 0) this.#onEmpty();
    });
    if (!isFull) return;
    session.refuse({
      code: 'too-many-clients',
      message: `${maxClients} clients are connected to LocalPort already: end some of them`,
    });
  }
}

/** Removes a dead socket; says why when something else is in the way. */
async function makeWay(path: string): Promise<string | null> {
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
