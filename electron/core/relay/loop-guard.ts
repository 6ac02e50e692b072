/** Keeps the connections that come back to one service from going through it again. */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { OwnConnections } from './own-connections.ts';
import { RefusalLog } from './refusal-log.ts';
import { reset } from './reset.ts';

export interface LoopGuardParts {
  /** The service's name. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Shared by all ports of the process; undefined: loops are not looked for. */
  readonly connections: OwnConnections | undefined;
  readonly onLoop: () => void;
}

export class LoopGuard {
  readonly #name: string;
  readonly #connections: OwnConnections | undefined;
  readonly #refusals: RefusalLog;
  readonly #onLoop: () => void;

  constructor({ name, clock, log, connections, onLoop }: LoopGuardParts) {
    this.#name = name;
    this.#onLoop = onLoop;
    this.#connections = connections;
    this.#refusals = new RefusalLog(clock, (count) => {
      log.warn(
        `${count === 1 ? 'A connection' : `${count} connections`} came back to ${name}, which leads to itself, and was closed. Correct its host or remote_port.`,
      );
    });
  }

  /** Hands on a client that has just arrived, at once or soon, or resets it. */
  screen(client: Socket, handOn: () => void): void {
    if (this.#connections === undefined) {
      handOn();
      return;
    }
    // The other end of a connection of ours may arrive a moment before we learn that it has connected.
    setImmediate(() => {
      if (client.destroyed) return;
      if (this.#hasComeBack(client)) reset(client);
      else handOn();
    });
  }

  /**
   * Notes that the client goes on by this upstream. False when it must not: its own way through us was only a trial when it
   * arrived, so nothing was known of it.
   */
  mayGoOn(client: Socket, upstream: Socket): boolean {
    const hasComeBack = this.#hasComeBack(client);
    this.#connections?.goesOn(this.#name, client, upstream);
    return !hasComeBack;
  }

  /** Reports what is left. */
  close(): void {
    this.#refusals.close();
  }

  #hasComeBack(client: Socket): boolean {
    const hasComeBack = this.#connections?.hasComeBack(this.#name, client) === true;
    if (hasComeBack) {
      this.#refusals.add();
      this.#onLoop();
    }
    return hasComeBack;
  }
}
