/**
 * A plain relay to a host: there is nothing to keep open, so the endpoint is the remote itself, and one connection
 * that succeeds is the proof that it can be reached.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { attemptConnect } from './connect-attempt.ts';
import { classifyConnectError } from './connect-failure.ts';
import type { Endpoint, Tunnel, TunnelAdapter, TunnelEnd, TunnelRequest } from './tunnel-adapter.ts';

export interface TcpAdapterOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs?: number;
}

const defaultConnectTimeoutMs = 10_000;
const neverAChild = { exitCode: null, signal: null, lastLines: [] } as const;

export function createTcpAdapter(options: TcpAdapterOptions): TunnelAdapter {
  return { open: (request) => new TcpTunnel(request, options) };
}

class TcpTunnel implements Tunnel {
  readonly id: string;
  readonly pid = null;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<TunnelEnd>;
  readonly #attempt = new AbortController();
  #resolveEnded: (end: TunnelEnd) => void = () => undefined;

  constructor(request: TunnelRequest, options: TcpAdapterOptions) {
    this.id = request.id;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.ready = this.#start(request, options);
  }

  onComplaint(): void {
    // A connection that fails is seen by the relay itself.
  }

  stop(): Promise<TunnelEnd> {
    this.#attempt.abort();
    this.#resolveEnded({ ...neverAChild, cause: null });
    return this.ended;
  }

  async #start({ service }: TunnelRequest, options: TcpAdapterOptions): Promise<Result<Endpoint, Cause>> {
    const { connection } = service;
    if (connection.technology !== 'tcp') throw new Error(`not a tcp service: ${service.name}`);
    const endpoint: Endpoint = { kind: 'tcp', host: connection.host, port: connection.remotePort };
    const cause = await this.#connectOnce(endpoint, options);
    if (cause === null) return ok(endpoint);
    this.#resolveEnded({ ...neverAChild, cause });
    return err(cause);
  }

  async #connectOnce(
    endpoint: Extract<Endpoint, { kind: 'tcp' }>,
    { clock, connectTimeoutMs = defaultConnectTimeoutMs }: TcpAdapterOptions,
  ): Promise<Cause | null> {
    const deadline = new AbortController();
    const timer = clock.after(connectTimeoutMs, () => {
      deadline.abort();
    });
    const attempt = await attemptConnect(endpoint, AbortSignal.any([deadline.signal, this.#attempt.signal]));
    timer.cancel();
    switch (attempt.kind) {
      case 'connected':
        return null;
      case 'failed':
        return classifyConnectError(attempt.error, endpoint);
      case 'cancelled':
        return deadline.signal.aborted
          ? describeCause('timed-out', {
              host: endpoint.host,
              evidence: `no connection within ${connectTimeoutMs} ms`,
            })
          : describeCause('exited', { ending: 'it was stopped' });
    }
  }
}
