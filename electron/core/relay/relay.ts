/** The open connections through tunnels, and how many bytes they have carried. */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { InProcessSocket } from '../connect/in-process-server.ts';
import type { ReleasedClient } from './held-socket.ts';
import { reset } from './reset.ts';
import type { ClientEvidence, TunnelTraffic, Upstream } from './service-port.ts';
import { createQuestion, firstSilenceMs, type SilenceWatch } from './silence-watch.ts';
import { splice, type Splice } from './splice.ts';
import type { ReportSuspicion } from './suspicion-bound.ts';
import { expectsTls } from './tls-expected.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

interface Connection {
  readonly tunnelId: string;
  /** Monotonic ms. */
  readonly openedAt: number;
  /** The bytes received when the traffic was last read. */
  seenBytesIn: number;
  readonly client: Socket;
  readonly upstream: UpstreamConnection;
  readonly splice: Splice;
  /** Must be called when the connection is closed; repeated calls do no harm. */
  readonly close: () => void;
}

export interface RelayParts {
  readonly clock: Clock;
  readonly silence: SilenceWatch;
  /** Clients arrive through the tunnel, and the upstream is a program on this machine. */
  readonly isReverse: boolean;
}

export interface RelayTraffic {
  readonly connections: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

export interface RelayListener {
  /** A connection ended before a byte went either way. Resolves to whether its tunnel has died, as soon as that is known. */
  hasTunnelGone(tunnelId: string): Promise<boolean>;
  /** A connection ended. Resolves to whether its tunnel has died with it, after at most `withinMs`. */
  hasTunnelEnded(tunnelId: string, withinMs: number): Promise<boolean>;
  /** A client comes back from a tunnel that has died, paused and unread. */
  onTakenBack(client: Socket): void;
  /** A connection is closed on both sides. */
  onClosed(): void;
  readonly onSuspicion: ReportSuspicion;
  onEvidence(tunnelId: string, evidence: ClientEvidence): void;
}

/** A server that ends a connection sooner did not wait for a request: it refuses clients. Later, it may have timed out. */
const refusalMs = 2_000;
/** The end of a connection is passed on this much later, as a share of its age: its tunnel may have died. */
const doubtShareOfAge = 0.1;
const maxDoubtMs = 150;
/** A server that keeps a connection open this long has not refused it. */
const keptMs = 1_000;

export class Relay {
  readonly #clock: Clock;
  readonly #silence: SilenceWatch;
  readonly #isReverse: boolean;
  readonly #listener: RelayListener;
  readonly #connections = new Set<Connection>();
  readonly #drainWaiters = new Map<string, (() => void)[]>();
  #closedBytesOut = 0;
  #closedBytesIn = 0;

  constructor({ clock, silence, isReverse }: RelayParts, listener: RelayListener) {
    this.#clock = clock;
    this.#silence = silence;
    this.#isReverse = isReverse;
    this.#listener = listener;
  }

  /** Joins a client to an upstream that has just connected. */
  join(client: ReleasedClient, upstream: UpstreamConnection, { tunnelId, hasProcess }: Upstream): void {
    const clock = this.#clock;
    const silence = this.#silence;
    const listener = this.#listener;
    const openedAt = clock.now();
    const question = createQuestion(tunnelId, 'answer');
    // A connection within this process reports by itself that it was cut off.
    const mayDieInOrder =
      hasProcess === true && !this.#isReverse && !(upstream.socket instanceof InProcessSocket);
    let isTlsExpected = false;
    const forget = (): void => {
      silence.answered(question);
      this.#remove(connection);
    };
    const close = (): void => {
      if (!this.#connections.has(connection)) return;
      forget();
      listener.onClosed();
    };
    const spliced = splice(client, upstream, {
      onAsked: () => {
        silence.ask(question);
      },
      onAnswered: () => {
        silence.answered(question);
        // A slow answer: the target may have been doubted in the meantime.
        if (!isTlsExpected && clock.now() - question.askedAt >= firstSilenceMs)
          listener.onEvidence(tunnelId, { kind: 'answered', since: question.askedAt });
      },
      onUnanswered: () => {
        silence.answered(question);
      },
      onFirstBytes: (bytes, firstAsked) => {
        isTlsExpected = expectsTls(firstAsked, bytes);
        listener.onEvidence(
          tunnelId,
          isTlsExpected ? { kind: 'tls-expected' } : { kind: 'answered', since: openedAt },
        );
      },
      onEndedUnused: (isAwaited) => {
        listener.onSuspicion(tunnelId, 'The tunnel closed a connection before a byte came back');
        // A client that only sends (Graphite, syslog) or has given up gets no other answer to its end.
        if (client.socket.readableEnded) return;
        if (isAwaited || clock.now() - openedAt < refusalMs)
          listener.onEvidence(tunnelId, { kind: 'closed', at: clock.now() });
      },
      onClosed: close,
      hasTunnelGone: () => listener.hasTunnelGone(tunnelId),
      isCutOff: () => {
        const doubtMs = Math.min(maxDoubtMs, (clock.now() - openedAt) * doubtShareOfAge);
        return mayDieInOrder && doubtMs >= 1 ? listener.hasTunnelEnded(tunnelId, doubtMs) : null;
      },
      onTakenBack: () => {
        forget();
        listener.onTakenBack(client.socket);
      },
    });
    const connection: Connection = {
      tunnelId,
      openedAt,
      seenBytesIn: 0,
      client: client.socket,
      upstream,
      splice: spliced,
      close,
    };
    this.#connections.add(connection);
  }

  /**
   * Ends the oldest connection whose client has probably left, preferably on a tunnel other than this one: a dead tunnel
   * would keep it forever. False if there is none.
   */
  endAbandoned(presentTunnelId: string | null): boolean {
    let found: Connection | null = null;
    for (const connection of this.#connections) {
      if (!connection.splice.isAbandoned()) continue;
      found ??= connection;
      if (connection.tunnelId === presentTunnelId) continue;
      found = connection;
      break;
    }
    if (found === null) return false;
    end(found);
    return true;
  }

  hasQueuedBytes(tunnelId: string): boolean {
    for (const connection of this.#connections)
      if (connection.tunnelId === tunnelId && this.#tunnelSide(connection).writableLength > 0) return true;
    return false;
  }

  bytesReceived(tunnelId: string): number {
    let bytes = 0;
    for (const connection of this.#connections)
      if (connection.tunnelId === tunnelId) bytes += this.#tunnelSide(connection).bytesRead;
    return bytes;
  }

  /** The socket on the tunnel's side. */
  #tunnelSide({ client, upstream }: Connection): Socket {
    return this.#isReverse ? client : upstream.socket;
  }

  trafficOf(tunnelId: string): TunnelTraffic {
    const keptSince = this.#clock.now() - keptMs;
    let isFlowing = false;
    let lastOpenedAt: number | null = null;
    for (const connection of this.#connections) {
      if (connection.tunnelId !== tunnelId) continue;
      const { openedAt, seenBytesIn, upstream } = connection;
      connection.seenBytesIn = upstream.socket.bytesRead;
      isFlowing ||= connection.seenBytesIn > seenBytesIn;
      if (openedAt <= keptSince) lastOpenedAt = Math.max(openedAt, lastOpenedAt ?? openedAt);
    }
    return { isFlowing, lastOpenedAt };
  }

  /** Resolves when no connection goes through that tunnel anymore. */
  drained(tunnelId: string): Promise<void> {
    if (!this.#isUsed(tunnelId)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drainWaiters.set(tunnelId, [...(this.#drainWaiters.get(tunnelId) ?? []), resolve]);
    });
  }

  /** Resets every connection. */
  endAll(): void {
    for (const connection of this.#connections) end(connection);
  }

  /** Bytes of all connections so far, including open ones. */
  traffic(): RelayTraffic {
    let bytesOut = this.#closedBytesOut;
    let bytesIn = this.#closedBytesIn;
    for (const { upstream } of this.#connections) {
      bytesOut += upstream.socket.bytesWritten;
      bytesIn += upstream.socket.bytesRead;
    }
    return { connections: this.#connections.size, bytesOut, bytesIn };
  }

  #remove(connection: Connection): void {
    const { tunnelId, upstream } = connection;
    this.#connections.delete(connection);
    this.#closedBytesOut += upstream.socket.bytesWritten;
    this.#closedBytesIn += upstream.socket.bytesRead;
    if (this.#isUsed(tunnelId)) return;
    for (const resolve of this.#drainWaiters.get(tunnelId) ?? []) resolve();
    this.#drainWaiters.delete(tunnelId);
  }

  #isUsed(tunnelId: string): boolean {
    for (const connection of this.#connections) if (connection.tunnelId === tunnelId) return true;
    return false;
  }
}

function end({ client, upstream, close }: Connection): void {
  reset(client);
  reset(upstream.socket);
  close();
}
