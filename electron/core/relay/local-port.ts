/**
 * The client side of one service: the local port, the clients that wait on it, the relay that joins them to a tunnel.
 * Invariants:
 *   1. Every client is in exactly one place: in the hold queue until its upstream has connected, then in the relay.
 *   2. A client's bytes stay unread in the queue, so an attempt that failed costs it nothing but time. The price is that
 *      a client that went away meanwhile is known only once it is joined: a socket that is not read tells nothing.
 *   3. New connections go to the present upstream only; attempts on a former one are aborted.
 *   4. While the present upstream does not take connections there is one retry timer for the port, not one per client.
 */
import type { Socket } from 'node:net';
import type { Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { sleep, type Clock, type Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { HoldQueue, type HeldClient } from './hold-queue.ts';
import { listenOnLoopback, type LocalListener } from './local-listener.ts';
import { rememberingPortHolder } from './port-holder.ts';
import { Relay } from './relay.ts';
import { reset } from './reset.ts';
import type {
  ClientPolicy,
  PortCounters,
  ServicePort,
  ServicePortListener,
  Upstream,
} from './service-port.ts';
import { connectUpstream, type UpstreamConnection } from './upstream-connection.ts';

export interface LocalPortOptions {
  /** The service's name, for the log. */
  readonly name: string;
  readonly port: number;
  readonly holdTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: ServicePortListener;
  readonly maxHeldConnections?: number;
}

const defaultMaxHeldConnections = 256;
/** Long enough for a first packet that was lost, which TCP sends again after 1 s (RFC 6298). */
const minAttemptMs = 2_000;
const initialRetryDelayMs = 50;
const maxRetryDelayMs = 1000;
/** How long after its sockets the end of a dead tunnel is told, at the most. */
const doubtMs = 150;
/** The tunnel's backlog is full for a moment: it is busy, not dead. */
const busyCode = 'EAGAIN';

export function createLocalPort(options: LocalPortOptions): ServicePort {
  return new LocalPort(options);
}

class LocalPort implements ServicePort {
  readonly #options: LocalPortOptions;
  readonly #queue: HoldQueue<Socket>;
  readonly #relay: Relay;
  readonly #findHolder: () => Promise<string | null>;
  #listener: LocalListener | null = null;
  #upstream: Upstream | null = null;
  /** Aborts when the present upstream is replaced or taken away. */
  #tunnelLife = new AbortController();
  #policy: ClientPolicy = 'hold';
  #retryTimer: Timer | null = null;
  #retryDelayMs = initialRetryDelayMs;
  /** Opening and closing happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LocalPortOptions) {
    this.#options = options;
    const { clock, port, holdTimeoutMs, maxHeldConnections = defaultMaxHeldConnections } = options;
    this.#findHolder = rememberingPortHolder(port, clock);
    this.#queue = new HoldQueue({
      clock,
      holdTimeoutMs,
      minAttemptMs,
      maxHeldConnections,
      onExpired: (held) => {
        this.#onExpired(held);
      },
    });
    this.#relay = new Relay({
      hasTunnelGone: (tunnelId) => this.#hasTunnelGone(tunnelId),
      onTakenBack: (client) => {
        this.#receive(client);
      },
    });
  }

  open(): Promise<Result<readonly string[], Cause>> {
    return this.#inTurn(async () => {
      const { port, clock, log } = this.#options;
      if (this.#listener !== null) return ok(this.#listener.addresses);
      const listening = await listenOnLoopback({
        port,
        clock,
        log,
        findHolder: this.#findHolder,
        onConnection: (client) => {
          this.#welcome(client);
        },
      });
      if (!listening.ok) return err(listening.error);
      this.#listener = listening.value;
      return ok(this.#listener.addresses);
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      const closed = this.#listener?.close();
      this.#listener = null;
      this.#policy = 'hold';
      this.setUpstream(null);
      this.#turnAway(this.#queue.waiting());
      this.#relay.endAll();
      await closed;
    });
  }

  setUpstream(upstream: Upstream | null): void {
    const isSameTunnel = upstream?.tunnelId === this.#upstream?.tunnelId;
    this.#upstream = upstream;
    this.#endBackoff();
    if (!isSameTunnel) {
      this.#tunnelLife.abort();
      this.#tunnelLife = new AbortController();
      this.#abortAttempts();
    }
    if (upstream !== null) this.#connectWaiting(upstream);
    else if (this.#policy === 'refuse') this.#turnAway(this.#queue.waiting());
    this.#queue.expireDue();
  }

  setClientPolicy(policy: ClientPolicy): void {
    this.#policy = policy;
    if (policy === 'refuse' && this.#upstream === null) this.#turnAway(this.#queue.waiting());
  }

  setHoldTimeout(holdTimeoutMs: number): void {
    this.#queue.setHoldTimeout(holdTimeoutMs);
  }

  drained(tunnelId: string): Promise<void> {
    return this.#relay.drained(tunnelId);
  }

  /** `connections` are those joined to a tunnel; `held` those that are not yet. */
  counters(): PortCounters {
    return { ...this.#relay.traffic(), held: this.#queue.all().length };
  }

  #welcome(client: Socket): void {
    // Its failure shows in `close` as well, which is where the queue and the splice act on it.
    client.on('error', () => undefined);
    this.#receive(client);
  }

  #receive(client: Socket): void {
    const upstream = this.#upstream;
    const held = upstream === null && this.#policy === 'refuse' ? null : this.#queue.admit(client);
    if (held === null) reset(client);
    if (upstream === null) this.#options.events.onDemand();
    else if (held !== null && this.#retryTimer === null) this.#connect(held, upstream);
  }

  #connectWaiting(upstream: Upstream): void {
    for (const held of this.#queue.waiting()) this.#connect(held, upstream);
  }

  #connect(held: HeldClient<Socket>, { tunnelId, endpoint }: Upstream): void {
    held.attempt = connectUpstream(endpoint, {
      onConnected: (connection) => {
        this.#join(held, connection, tunnelId);
      },
      onFailed: (code) => {
        held.attempt = null;
        this.#queue.expireDue();
        this.#turnAway(this.#queue.excess());
        this.#backOff(tunnelId, code);
      },
    });
  }

  #join(held: HeldClient<Socket>, connection: UpstreamConnection, tunnelId: string): void {
    held.attempt = null;
    this.#queue.remove(held);
    this.#retryDelayMs = initialRetryDelayMs;
    this.#relay.join(held.client, connection, tunnelId);
  }

  /**
   * A tunnel that dies closes its sockets a moment before its end is told. So for that moment nobody can say whether a
   * connection that ended unused was ended by the tunnel's death (see splice.ts, invariant 4) or by the far end.
   */
  async #hasTunnelGone(tunnelId: string): Promise<boolean> {
    const isCurrent = (): boolean => this.#upstream?.tunnelId === tunnelId;
    if (isCurrent()) await sleep(this.#options.clock, doubtMs, this.#tunnelLife.signal);
    return !isCurrent();
  }

  #backOff(tunnelId: string, code: string): void {
    // The first failure speaks for all that fail in the same round.
    if (this.#retryTimer !== null) return;
    const { clock, events } = this.#options;
    this.#retryTimer = clock.after(this.#retryDelayMs, () => {
      this.#retryTimer = null;
      this.#retry();
    });
    this.#retryDelayMs = Math.min(this.#retryDelayMs * 2, maxRetryDelayMs);
    if (code !== busyCode) events.onUpstreamFailure(tunnelId, `The tunnel took no connection: ${code}`);
  }

  #retry(): void {
    if (this.#queue.waiting().length === 0) this.#retryDelayMs = initialRetryDelayMs;
    if (this.#upstream !== null) this.#connectWaiting(this.#upstream);
  }

  #endBackoff(): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = null;
    this.#retryDelayMs = initialRetryDelayMs;
  }

  #onExpired(held: HeldClient<Socket>): void {
    const { name, log, events } = this.#options;
    log.debug(`${name}: a client waited too long for a tunnel and was closed.`);
    reset(held.client);
    if (held.attempt === null || this.#upstream === null) return;
    held.attempt.abort();
    events.onUpstreamFailure(this.#upstream.tunnelId, 'The tunnel took no connection in time');
  }

  #abortAttempts(): void {
    for (const held of this.#queue.all()) {
      held.attempt?.abort();
      held.attempt = null;
    }
    this.#turnAway(this.#queue.excess());
  }

  #turnAway(clients: readonly HeldClient<Socket>[]): void {
    for (const held of clients) {
      this.#queue.remove(held);
      reset(held.client);
    }
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
