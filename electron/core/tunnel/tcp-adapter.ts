/**
 * A plain relay to a host. Nothing stays open, so the endpoint is the remote host itself, and one successful connection
 * proves that it can be reached.
 */
import type { Cause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import type { ProbeSpec } from '../../../shared/service-spec.ts';
import { type Clock, withLimit } from '../clock.ts';
import { attemptConnect } from '../connect/connect-attempt.ts';
import { causeOfSilence, classifyConnectError } from '../failure/connect-failure.ts';
import { ConnectionQueue } from '../transport/connection-queue.ts';
import { RacingCarrier } from '../transport/racing-carrier.ts';
import { LivingCarrier, noChild, stoppedByUs } from '../transport/carrier-life.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, CarrierEnd } from '../transport/carrier.ts';
import type { TunnelAdapter } from './tunnel-adapter.ts';

export interface TcpAdapterOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs?: number;
}

/** False where a bare connection does harm or is unwanted; then only clients and the check itself connect. */
const dials = ({ type }: ProbeSpec): boolean => !undialed.has(type);

/** MySQL counts a connection without a login as an error. */
const undialed: ReadonlySet<ProbeSpec['type']> = new Set(['none', 'auto', 'mysql']);

type TcpEndpoint = Extract<Endpoint, { kind: 'tcp' }>;

const defaultConnectTimeoutMs = 10_000;

export function createTcpAdapter(options: TcpAdapterOptions): TunnelAdapter {
  const { clock, connectTimeoutMs = defaultConnectTimeoutMs } = options;
  const queue = new ConnectionQueue(clock);
  return {
    open: ({ id, service: { connection, name, healthCheck } }) => {
      if (connection.technology !== 'tcp') throw new Error(`not a tcp service: ${name}`);
      // Keep the name, so that every connection resolves it again.
      const endpoint: TcpEndpoint = { kind: 'tcp', host: connection.host, port: connection.remotePort };
      if (!dials(healthCheck.probe))
        return new TcpTunnel(id, endpoint, { clock, connectTimeoutMs, dials: false });
      return new RacingCarrier({
        id,
        host: connection.host,
        clock,
        queue,
        queueKey: id,
        answerTimeoutMs: connectTimeoutMs,
        open: (attempt) =>
          new TcpTunnel(`${id}.${String(attempt)}`, endpoint, {
            clock,
            connectTimeoutMs,
            dials: true,
          }),
      });
    },
  };
}

interface TcpTunnelOptions extends Required<TcpAdapterOptions> {
  /** It connects on its own and is ready after the first connection; otherwise it is ready at once. */
  readonly dials: boolean;
}

/** It has no complaints: the relay itself sees failed connections. */
class TcpTunnel extends LivingCarrier {
  override readonly pid = null;
  readonly #endpoint: TcpEndpoint;
  readonly #clock: Clock;
  readonly #dials: boolean;
  readonly #stopped = new AbortController();

  constructor(id: string, endpoint: TcpEndpoint, options: TcpTunnelOptions) {
    super(id);
    this.#endpoint = endpoint;
    this.#clock = options.clock;
    this.#dials = options.dials;
    if (options.dials) void this.#start(options.connectTimeoutMs);
    else this.life.settleReady(ok(endpoint));
  }

  /**
   * Any answer from the remote host counts, even a refusal. Where dialing is not allowed, there is no tunnel that could
   * be dead.
   */
  override async proveTransport(deadlineMs: number): Promise<TransportProof> {
    if (!this.#dials) return { kind: 'alive' };
    const cause = await this.#connectOnce(deadlineMs);
    if (cause === null || cause.code === 'connection-refused') return { kind: 'alive' };
    return this.#stopped.signal.aborted ? { kind: 'dead', cause } : { kind: 'silent' };
  }

  override stop(): Promise<CarrierEnd> {
    this.#stopped.abort();
    this.life.end({ ...noChild, cause: null });
    return this.ended;
  }

  async #start(timeoutMs: number): Promise<void> {
    const cause = await this.#connectOnce(timeoutMs);
    if (cause === null) this.life.settleReady(ok(this.#endpoint));
    else this.life.end({ ...noChild, cause });
  }

  /** null when it succeeds. */
  async #connectOnce(timeoutMs: number): Promise<Cause | null> {
    const limit = { clock: this.#clock, timeoutMs, signal: this.#stopped.signal };
    const attempt = await withLimit(limit, (signal) => attemptConnect(this.#endpoint, signal, this.#clock));
    switch (attempt.kind) {
      case 'connected':
        return null;
      case 'failed':
        return classifyConnectError(attempt.error, this.#endpoint);
      case 'canceled':
        return this.#stopped.signal.aborted
          ? stoppedByUs
          : causeOfSilence({ host: this.#endpoint.host, evidence: `no connection within ${timeoutMs} ms` });
    }
  }
}
