/**
 * The connections to one pod, and the clients' streams on them. Invariants:
 *
 * 1. A connection that is backed up, or that has left a ping unanswered, gets no new clients while another one is
 *    available.
 * 2. One connection without clients is kept warm, up to `maxConnections` in all. So the next client waits for no
 *    handshake, and a client that does not read blocks as few others as possible.
 * 3. At most one connection is being opened at a time; all clients that need one wait for it and receive its
 *    failure.
 * 4. An unresponsive connection is closed only when it has no clients: live connections are not touched.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { type Clock, type Timer, withDeadline } from '../clock.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import { classifyKubeAnswer } from '../failure/kube-answer.ts';
import { type KubeAnswer, noAnswer } from './kube-api.ts';
import type { DialPod, PodName } from './kube-upgrade.ts';
import { openPodStream, PodStreamError } from './pod-stream.ts';
import type { SpdyConnection } from '../spdy/spdy-connection.ts';
import type { SpdyStream } from '../spdy/spdy-stream.ts';

const maxConnections = 4;
/** The limit while all of them are backed up. */
const maxConnectionsBackedUp = 8;
const dialDeadlineMs = 10_000;
/** An unresponsive node is detected within 13 s, and load balancers along the route see traffic. */
const pingIntervalMs = 10_000;
const pingDeadlineMs = 3_000;
/** How long a second connection without clients is kept. */
const spareLingerMs = 30_000;

export interface PodStreamsOptions {
  readonly dial: DialPod;
  readonly clock: Clock;
  /** No connection answers pings any more, or the last one has closed: the network path may be dead. */
  readonly onSuspected?: () => void;
  /** The last stream has closed. */
  readonly onEmptied?: () => void;
}

export interface PodClient {
  readonly service: ServiceSpec;
  readonly port: number;
  /**
   * The remote end could not connect, or closed the connection with this reason. The stream fails with an error as
   * well.
   */
  readonly onComplaint: (cause: Cause) => void;
}

interface Member {
  readonly connection: SpdyConnection;
  /** Its last ping was not answered. */
  isSilent: boolean;
  idleSince: number;
}

export class PodStreams {
  readonly #pod: PodName;
  readonly #options: PodStreamsOptions;
  readonly #closing = new AbortController();
  readonly #members = new Set<Member>();
  #dialing: Promise<Result<Member, KubeAnswer>> | null = null;
  #tick: Timer | null = null;
  #nextRequestId = 0;

  constructor(pod: PodName, options: PodStreamsOptions) {
    this.#pod = pod;
    this.#options = options;
  }

  get connectionCount(): number {
    return this.#members.size;
  }

  /** Clients' streams. */
  get streamCount(): number {
    return [...this.#members].reduce((sum, { connection }) => sum + connection.streamCount, 0);
  }

  /**
   * Some connection answers its pings. A dead network path would be detected within little more than
   * `pingIntervalMs`.
   */
  get isResponsive(): boolean {
    return [...this.#members].some((member) => !isLoaded(member));
  }

  /** Connects before the first client arrives. */
  async warm(service: ServiceSpec): Promise<Result<void, Cause>> {
    if (this.#best() !== null) return ok(undefined);
    const dialed = await this.#dial();
    return dialed.ok ? ok(undefined) : err(classifyKubeAnswer(service, dialed.error));
  }

  /**
   * A client's connection, with half-close and backpressure in both directions; `accepted` settles when the kubelet
   * has accepted it. Never rejects; errors of the stream are emitted on the stream.
   */
  async open(client: PodClient): Promise<Result<SpdyStream, Cause>> {
    const best = this.#best();
    const mayDial = this.#members.size < maxConnectionsBackedUp;
    if (best !== null && (!isLoaded(best) || !mayDial)) {
      const stream = this.#openOn(best, client);
      // An idle connection may have been lost: the first write shows that.
      await Promise.resolve();
      if (!stream.destroyed) return ok(stream);
    }
    const dialed = await this.#dial();
    // If the new connection failed, use an existing one, even if it is loaded.
    const member = dialed.ok && dialed.value.connection.isOpen ? dialed.value : this.#best();
    if (member !== null) return ok(this.#openOn(member, client));
    return err(
      dialed.ok
        ? describeCause('closed-by-remote', { host: 'The API server' })
        : classifyKubeAnswer(client.service, dialed.error),
    );
  }

  /**
   * Whether the kubelet answers: true for an answer on any connection within `deadlineMs`, false for none, null if
   * unknown because all connections are backed up. If there is no connection, opening one is the test. Says nothing
   * about the pod.
   */
  async prove(deadlineMs: number, service: ServiceSpec): Promise<boolean | null> {
    if (this.#members.size === 0) {
      const warm = await withDeadline(this.#options.clock, deadlineMs, this.warm(service));
      return warm !== 'deadline' && warm.ok;
    }
    const probed = [...this.#members].filter(({ connection }) => !connection.isBackedUp);
    if (probed.length === 0) return null;
    return new Promise((resolve) => {
      const pings = probed.map(async (member) => {
        if (await this.#ping(member, deadlineMs)) resolve(true);
      });
      void Promise.all(pings).then(() => {
        resolve(false);
      });
    });
  }

  /** Closes all connections and their streams. */
  close(): void {
    this.#closing.abort();
    this.#tick?.cancel();
    for (const { connection } of this.#members) connection.close();
  }

  #openOn({ connection }: Member, { service, port, onComplaint }: PodClient): SpdyStream {
    const stream = openPodStream(connection, port, this.#nextRequestId++);
    stream.once('error', (error) => {
      if (error instanceof PodStreamError) onComplaint(classifyComplaint(service, error.message));
    });
    this.#keepWarm();
    return stream;
  }

  /** The open connection with the fewest clients, preferably one that is not loaded; null: there is none. */
  #best(): Member | null {
    const open = [...this.#members].filter(({ connection }) => connection.isOpen);
    const rank = (member: Member): number =>
      member.connection.streamCount + (isLoaded(member) ? Number.MAX_SAFE_INTEGER / 2 : 0);
    return open.reduce<Member | null>(
      (best, member) => (best === null || rank(member) < rank(best) ? member : best),
      null,
    );
  }

  #keepWarm(): void {
    if (this.#members.size >= maxConnections || this.#closing.signal.aborted) return;
    const isWarm = [...this.#members].some((member) => isIdle(member) && !isLoaded(member));
    if (!isWarm) void this.#dial();
  }

  #dial(): Promise<Result<Member, KubeAnswer>> {
    this.#dialing ??= this.#dialOne().finally(() => (this.#dialing = null));
    return this.#dialing;
  }

  async #dialOne(): Promise<Result<Member, KubeAnswer>> {
    const { signal } = this.#closing;
    const dialed = await this.#options.dial(this.#pod, { signal, deadlineMs: dialDeadlineMs });
    if (!dialed.ok) return dialed;
    const connection = dialed.value;
    if (signal.aborted) {
      connection.close();
      return err({ status: noAnswer, body: 'aborted' });
    }
    const member = { connection, isSilent: false, idleSince: this.#options.clock.now() };
    this.#members.add(member);
    connection.onIdle(() => {
      member.idleSince = this.#options.clock.now();
      if (this.streamCount === 0) this.#options.onEmptied?.();
    });
    void connection.ended.then(() => {
      this.#members.delete(member);
      if (signal.aborted) return;
      if (this.#members.size === 0) this.#options.onSuspected?.();
      if (this.streamCount === 0) this.#options.onEmptied?.();
    });
    this.#scheduleTick();
    return ok(member);
  }

  #scheduleTick(): void {
    this.#tick ??= this.#options.clock.after(pingIntervalMs, () => this.#onTick());
  }

  #onTick(): void {
    this.#tick = null;
    if (this.#closing.signal.aborted) return;
    const now = this.#options.clock.now();
    const idle = [...this.#members].filter(isIdle);
    for (const [index, { connection, isSilent, idleSince }] of idle.entries())
      if (isSilent || (index > 0 && now - idleSince >= spareLingerMs)) connection.close();
    for (const member of this.#members)
      if (!member.connection.isBackedUp) void this.#ping(member, pingDeadlineMs);
    if (this.#members.size > 0) this.#scheduleTick();
  }

  async #ping(member: Member, deadlineMs: number): Promise<boolean> {
    const isAlive = await member.connection.ping(deadlineMs);
    const wasSilent = member.isSilent;
    member.isSilent = !isAlive && !member.connection.isBackedUp;
    if (member.isSilent && !wasSilent && !this.isResponsive && !this.#closing.signal.aborted)
      this.#options.onSuspected?.();
    return isAlive;
  }
}

const isLoaded = ({ connection, isSilent }: Member): boolean => connection.isBackedUp || isSilent;
const isIdle = ({ connection }: Member): boolean => connection.streamCount === 0;
