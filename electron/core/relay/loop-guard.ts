/** Stops connections that loop back to a service from going through it again. */
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
  /** Shared by all ports of the process; undefined: loops are not detected. */
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

  /** Passes a client that has just arrived on, at once or soon, or resets it. */
  screen(client: Socket, passOn: () => void): void {
    if (this.#connections === undefined) {
      passOn();
      return;
    }
    // A connection of ours may arrive here slightly before we learn that it has connected.
    setImmediate(() => {
      if (client.destroyed) return;
      if (this.#hasComeBack(client)) reset(client);
      else passOn();
    });
  }

  /**
   * Records that the client continues through this upstream. False if the client is a loop after all: it may have been
   * unknown when it arrived, because its earlier hop through this process was only a trial then.
   */
  mayContinue(client: Socket, upstream: Socket): boolean {
    const hasComeBack = this.#hasComeBack(client);
    this.#connections?.noteRelay(this.#name, client, upstream);
    return !hasComeBack;
  }

  /** Reports the loops that are not reported yet. */
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
