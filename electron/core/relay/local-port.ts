/**
 * The client side of one service: the local port, its waiting clients, and the relay that joins them to a tunnel.
 * Invariants:
 *   1. Every client is in exactly one place: in the hold queue until its upstream has connected, then in the relay.
 *   2. Bytes that a client sends while in the queue are not passed on (see held-socket.ts), so a failed attempt costs it
 *      only time.
 *   3. A client has a slot in the budget from its arrival until it and its upstream are closed. If no slot is free, a
 *      client that has probably left makes room; otherwise the new client is reset.
 */
import type { Socket } from 'node:net';
import type { BindAddress } from '../../../shared/bind-address.ts';
import type { Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import { Dispatcher } from './dispatcher.ts';
import { HostHeaderFilter } from './host-header-filter.ts';
import { HeldSocket, type ReleasedClient } from './held-socket.ts';
import { HoldQueue, type HeldClient } from './hold-queue.ts';
import { listenEverywhere } from './listen-everywhere.ts';
import type { LocalListener } from './local-listener.ts';
import { LoopGuard } from './loop-guard.ts';
import type { OwnConnections } from './own-connections.ts';
import { rememberingPortHolder } from '../process/port-holder.ts';
import { ClientSlots } from './client-slots.ts';
import { RefusalLog } from './refusal-log.ts';
import { Relay } from './relay.ts';
import { reset } from './reset.ts';
import type {
  ClientEvidence,
  ClientPolicy,
  PortCounters,
  ServicePort,
  ServicePortListener,
  TunnelTraffic,
  Upstream,
} from './service-port.ts';
import { SilenceWatch, type Awaited } from './silence-watch.ts';
import { boundSuspicions } from './suspicion-bound.ts';
import { TunnelDoubt } from './tunnel-doubt.ts';
import type { Connector, UpstreamConnection } from './upstream-connection.ts';

export interface LocalPortOptions {
  /** The service's name, for the log. */
  readonly name: string;
  readonly port: number;
  /** Default: both loopback addresses. */
  readonly bind?: BindAddress;
  /** A Unix socket beside the port, or instead of it when `port` is 0. */
  readonly socketPath?: string | null;
  /** Clients arrive through the tunnel, and the upstream is a program on this machine. */
  readonly isReverse?: boolean;
  /** The names that HTTP clients may send as Host. Absent: nothing is read. */
  readonly allowedHosts?: readonly string[];
  readonly holdTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: ServicePortListener;
  /** Shared by all ports of the process. */
  readonly budget: ConnectionBudget;
  readonly maxHeldConnections?: number;
  /** Shared by all ports of the process; absent: loops are not detected. */
  readonly ownConnections?: OwnConnections;
  /** The other LocalPort service that has the port, if any. */
  readonly neighbor?: () => string | null;
  /** For tests. */
  readonly connector?: Connector;
}

/** As many as the listener's backlog: a client every 20 ms during a hold of 10 s uses half of them. */
const defaultMaxHeldConnections = 1_024;
/** Long enough for a lost first packet, which TCP sends again after 1 s (RFC 6298). */
const minAttemptMs = 2_000;

const silenceWords: Readonly<Record<Awaited, string>> = {
  connection: 'The tunnel did not answer a connection',
  answer: 'A client got no answer',
};

type Held = HeldClient<HeldSocket>;

export function createLocalPort(options: LocalPortOptions): ServicePort {
  return new LocalPort(options);
}

class LocalPort implements ServicePort {
  readonly #options: LocalPortOptions;
  readonly #queue: HoldQueue<HeldSocket>;
  readonly #silence: SilenceWatch;
  readonly #dispatcher: Dispatcher;
  readonly #doubt: TunnelDoubt;
  readonly #relay: Relay;
  readonly #slots: ClientSlots;
  readonly #beyondHold: RefusalLog;
  readonly #loops: LoopGuard;
  readonly #hostFilter: HostHeaderFilter | null;
  readonly #findHolder: () => Promise<string | null>;
  #listener: LocalListener | null = null;
  /** Open or opening: clients may arrive before `#listener` is set. */
  #isOpen = false;
  #policy: ClientPolicy = 'hold';
  /** The tunnel of the current upstream. */
  #tunnelId: string | null = null;
  /** Opening and closing run one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LocalPortOptions) {
    this.#options = options;
    const { clock, port: localPort, bind = null, holdTimeoutMs, log, events, budget } = options;
    const { maxHeldConnections = defaultMaxHeldConnections, isReverse = false } = options;
    const onSuspicion = boundSuspicions(clock, (tunnelId, finding) => {
      events.onSuspicion(tunnelId, finding);
    });
    this.#findHolder = rememberingPortHolder({ localPort, bind }, clock);
    this.#slots = new ClientSlots({ budget, clock, log, makeRoom: () => this.#makeRoom() });
    this.#beyondHold = new RefusalLog(clock, (count) => {
      log.warn(`${count} connections were refused: ${maxHeldConnections} are already waiting for a tunnel.`);
    });
    this.#loops = new LoopGuard({
      name: options.name,
      clock,
      log,
      connections: options.ownConnections,
      onLoop: () => {
        if (this.#tunnelId !== null) events.onEvidence(this.#tunnelId, { kind: 'looped' });
      },
    });
    this.#hostFilter =
      options.allowedHosts === undefined ? null : new HostHeaderFilter(clock, options.allowedHosts);
    this.#doubt = new TunnelDoubt(clock);
    this.#silence = new SilenceWatch(clock, ({ tunnelId, awaited, forMs }) => {
      onSuspicion(tunnelId, `${silenceWords[awaited]} for ${Math.round(forMs / 1000)} s`);
      events.onEvidence(tunnelId, { kind: 'silent', awaited, forMs });
    });
    this.#queue = new HoldQueue({
      clock,
      holdTimeoutMs,
      minAttemptMs,
      maxHeldConnections,
      hasLikelyLeft: (client) => client.hasLikelyLeft,
      onExpired: (held) => {
        this.#onExpired(held, onSuspicion);
      },
    });
    this.#dispatcher = new Dispatcher({
      clock,
      queue: this.#queue,
      silence: this.#silence,
      onConnected: ({ client }, connection, upstream) => {
        this.#join(client.release(), connection, upstream);
      },
      onSuspicion,
      onEvidence: this.#onEvidence,
      ...(options.connector === undefined ? {} : { connector: options.connector }),
    });
    this.#relay = new Relay(
      { clock, silence: this.#silence, isReverse },
      {
        hasTunnelGone: (tunnelId) => this.#doubt.hasGone(tunnelId),
        hasTunnelEnded: (tunnelId, withinMs) => this.#doubt.hasEnded(tunnelId, withinMs),
        onTakenBack: (client) => {
          this.#receive(client);
        },
        onClosed: () => {
          this.#slots.give();
        },
        onSuspicion,
        onEvidence: this.#onEvidence,
      },
    );
  }

  get addresses(): readonly string[] {
    return this.#listener?.addresses ?? [];
  }

  open(): Promise<Result<readonly string[], Cause>> {
    return this.#inTurn(async () => {
      const { port, socketPath = null, bind = null, clock, log, neighbor } = this.#options;
      if (this.#listener !== null) return ok(this.#listener.addresses);
      this.#isOpen = true;
      this.#slots.open();
      const onConnection = (client: Socket): void => {
        this.#welcome(client);
      };
      const listening = await listenEverywhere({
        port: port === 0 && socketPath !== null ? null : port,
        socketPath,
        bind,
        clock,
        log,
        findHolder: this.#findHolder,
        ...(neighbor === undefined ? {} : { neighbor }),
        onConnection,
      });
      if (!listening.ok) {
        this.#isOpen = false;
        this.#slots.close();
        return err(listening.error);
      }
      this.#listener = listening.value;
      return ok(this.#listener.addresses);
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      const closed = this.#listener?.close();
      this.#isOpen = false;
      this.#policy = 'hold';
      this.setUpstream(null);
      this.#turnAway(this.#queue.all());
      this.#hostFilter?.close();
      this.#relay.endAll();
      this.#doubt.close();
      this.#silence.clear();
      this.#beyondHold.close();
      this.#loops.close();
      await closed;
      this.#listener = null;
      this.#slots.close();
    });
  }

  tunnelEnded(tunnelId: string): void {
    this.#doubt.noteEnd(tunnelId);
  }

  distrust(tunnelId: string, trialMs: number): void {
    this.#dispatcher.distrust(tunnelId, trialMs);
  }

  setUpstream(upstream: Upstream | null): void {
    this.#tunnelId = upstream?.tunnelId ?? null;
    this.#doubt.setPresent(this.#tunnelId);
    this.#dispatcher.setUpstream(upstream);
    if (upstream === null && this.#policy === 'refuse') this.#turnAway(this.#queue.all());
    this.#queue.expireDue();
    this.#boundHold();
  }

  setClientPolicy(policy: ClientPolicy): void {
    this.#policy = policy;
    if (policy === 'refuse' && this.#dispatcher.upstream === null) this.#turnAway(this.#queue.all());
  }

  setHoldTimeout(holdTimeoutMs: number): void {
    this.#queue.setHoldTimeout(holdTimeoutMs);
  }

  hasQueuedBytes(tunnelId: string): boolean {
    return this.#relay.hasQueuedBytes(tunnelId);
  }

  bytesReceived(tunnelId: string): number {
    return this.#relay.bytesReceived(tunnelId);
  }

  traffic(tunnelId: string): TunnelTraffic {
    return this.#relay.trafficOf(tunnelId);
  }

  drained(tunnelId: string): Promise<void> {
    return this.#relay.drained(tunnelId);
  }

  /** `connections` counts clients that are joined to a tunnel, `held` those that are not yet. */
  counters(): PortCounters {
    return { ...this.#relay.traffic(), held: this.#queue.size };
  }

  #welcome(client: Socket): void {
    // An error also leads to `close`, where the queue and the splice handle it.
    client.on('error', () => undefined);
    this.#loops.screen(client, () => {
      if (this.#isOpen) this.#admit(client);
      else reset(client);
    });
  }

  #admit(client: Socket): void {
    if (!this.#slots.take()) reset(client);
    else if (this.#hostFilter === null) this.#receive(client);
    else {
      const giveUp = (): void => {
        this.#slots.give();
      };
      this.#hostFilter.screen(client, () => this.#receive(client), giveUp);
    }
  }

  /** Ends one connection whose client has probably left. */
  #makeRoom(): boolean {
    const held = this.#queue.firstLikelyGone();
    if (held === null) return this.#relay.endAbandoned(this.#dispatcher.upstream?.tunnelId ?? null);
    this.#dismiss(held);
    return true;
  }

  #receive(socket: Socket): void {
    const isWithoutTunnel = this.#dispatcher.upstream === null;
    const held = this.#queue.admit(new HeldSocket(socket));
    const onGone = (): void => void this.#dismiss(held);
    const onEndedSilent = (): void => {
      if (!this.#dispatcher.isOpen) onGone();
    };
    held.client.watch({ onGone, onEndedSilent });
    if (isWithoutTunnel && this.#policy === 'refuse') this.#dismiss(held);
    this.#boundHold();
    this.#dispatcher.dispatch();
    if (isWithoutTunnel) this.#options.events.onDemand();
  }

  #join(client: ReleasedClient, connection: UpstreamConnection, upstream: Upstream): void {
    if (this.#loops.mayContinue(client.socket, connection.socket)) {
      this.#relay.join(client, connection, upstream);
      return;
    }
    reset(client.socket);
    reset(connection.socket);
    this.#slots.give();
  }

  /** Needed only while no tunnel takes clients: otherwise the budget is the bound, and clients are served soon. */
  #boundHold(): void {
    if (this.#dispatcher.isOpen) return;
    for (const held of this.#queue.excess()) {
      if (!held.client.hasLikelyLeft) this.#beyondHold.add();
      this.#dismiss(held);
    }
  }

  #onExpired(held: Held, onSuspicion: (tunnelId: string, finding: string) => void): void {
    const { name, log } = this.#options;
    const { upstream } = this.#dispatcher;
    log.debug(`${name}: a client waited too long for a tunnel and was closed.`);
    const wasUnanswered = this.#dismiss(held);
    if (wasUnanswered && upstream !== null) {
      onSuspicion(upstream.tunnelId, 'The tunnel took no connection in time');
      this.#onEvidence(upstream.tunnelId, { kind: 'unconnected', errno: 'ETIMEDOUT' });
    }
  }

  readonly #onEvidence = (tunnelId: string, evidence: ClientEvidence): void => {
    const { events } = this.#options;
    if (evidence.kind !== 'closed') {
      events.onEvidence(tunnelId, evidence);
      return;
    }
    // A dying tunnel closes connections too, which says nothing about the target.
    void this.#doubt.hasGone(tunnelId).then((hasTunnelGone) => {
      if (!hasTunnelGone) events.onEvidence(tunnelId, evidence);
    });
  };

  #turnAway(clients: readonly Held[]): void {
    for (const held of clients) this.#dismiss(held);
  }

  /** Resets a held client. Returns whether an attempt for it had not been answered yet. Idempotent. */
  #dismiss(held: Held): boolean {
    if (!this.#queue.has(held)) return false;
    reset(held.client.release().socket);
    const wasUnanswered = this.#dispatcher.drop(held);
    this.#slots.give();
    return wasUnanswered;
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
