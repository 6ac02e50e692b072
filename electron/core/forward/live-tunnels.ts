/**
 * The tunnels of one service that are alive: starts, ends and drains them, and tells what becomes of them as events.
 * After a tunnel was told to stop, only its end is told, with cause null.
 */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { ServicePort, Upstream } from '../relay/service-port.ts';
import type { Endpoint, Tunnel, TunnelAdapter } from '../tunnel/tunnel-adapter.ts';
import type { ForwardEvent, TunnelNumber } from './forward-state.ts';

/** Connections through a dead tunnel get this long to notice, in ms. */
const deadDrainMs = 30_000;

const networkCodes: ReadonlySet<Cause['code']> = new Set(['host-unreachable', 'name-not-found', 'timed-out']);

export interface LiveTunnelsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly adapterFor: (service: ServiceSpec) => TunnelAdapter;
  readonly port: Pick<ServicePort, 'drained'>;
  /** False when no network interface is up: an unreachable host is then no failure of the service. */
  readonly isOnline: () => boolean;
  /** Takes the config's secrets out of what a child said: a command may repeat one from its arguments. */
  readonly redact: (text: string) => string;
  readonly tell: (event: ForwardEvent) => void;
}

interface LiveTunnel {
  readonly id: string;
  readonly tunnel: Tunnel;
  endpoint: Endpoint | null;
  stopRequested: boolean;
}

export class LiveTunnels {
  readonly #parts: LiveTunnelsParts;
  readonly #alive = new Map<TunnelNumber, LiveTunnel>();

  constructor(parts: LiveTunnelsParts) {
    this.#parts = parts;
  }

  start(number: TunnelNumber, service: ServiceSpec): void {
    const { tell, log } = this.#parts;
    if (service.problem !== null) {
      tell({ type: 'tunnel-ended', tunnel: number, cause: service.problem });
      return;
    }
    const id = `${service.name}#${number}`;
    const tunnel = this.#parts.adapterFor(service).open({ id, service, log });
    const live: LiveTunnel = { id, tunnel, endpoint: null, stopRequested: false };
    this.#alive.set(number, live);
    tunnel.onComplaint((complaint) => {
      const cause = this.#redacted(complaint);
      log.warn(`tunnel ${number}: ${cause.title} (${cause.evidence ?? 'no details'})`);
      tell({ type: 'complained', tunnel: number, cause });
    });
    void tunnel.ready.then((result) => {
      if (!result.ok || live.stopRequested || !this.#alive.has(number)) return;
      live.endpoint = result.value;
      tell({ type: 'tunnel-ready', tunnel: number });
    });
    void tunnel.ended.then((end) => {
      this.#alive.delete(number);
      const found = this.#redacted(end.cause ?? describeCause('exited'));
      const cause = live.stopRequested ? null : this.#sparedWhenOffline(found);
      tell({ type: 'tunnel-ended', tunnel: number, cause });
    });
  }

  stop(number: TunnelNumber): void {
    const live = this.#alive.get(number);
    if (live === undefined) return;
    live.stopRequested = true;
    void live.tunnel.stop();
  }

  /** Ends the tunnel when its last connection is gone; a dead one after `deadDrainMs` in any case. */
  drain(number: TunnelNumber, dead: boolean): void {
    const live = this.#alive.get(number);
    if (live === undefined) return;
    const deadline = dead
      ? this.#parts.clock.after(deadDrainMs, () => {
          this.stop(number);
        })
      : null;
    void live.tunnel.ended.then(() => deadline?.cancel());
    void this.#parts.port.drained(live.id).then(() => {
      this.stop(number);
    });
  }

  async forceStop(): Promise<void> {
    await Promise.all([...this.#alive.values()].map(({ tunnel }) => tunnel.stop({ force: true })));
  }

  /** Where clients reach this tunnel; null while it is not ready. */
  upstreamOf(number: TunnelNumber): Upstream | null {
    const live = this.#alive.get(number);
    if (live === undefined || live.endpoint === null) return null;
    return { tunnelId: live.id, endpoint: live.endpoint, trialMs: null };
  }

  pidOf(number: TunnelNumber): number | null {
    return this.#alive.get(number)?.tunnel.pid ?? null;
  }

  numberOf(tunnelId: string): TunnelNumber | null {
    for (const [number, { id }] of this.#alive) if (id === tunnelId) return number;
    return null;
  }

  async proveTransport(number: TunnelNumber, deadlineMs: number): Promise<'alive' | 'dead' | 'unknown'> {
    return (await this.#alive.get(number)?.tunnel.proveTransport(deadlineMs)) ?? 'unknown';
  }

  #redacted(cause: Cause): Cause {
    return cause.evidence === null ? cause : { ...cause, evidence: this.#parts.redact(cause.evidence) };
  }

  #sparedWhenOffline(cause: Cause): Cause {
    if (!networkCodes.has(cause.code) || this.#parts.isOnline()) return cause;
    return describeCause('network-down', { evidence: cause.evidence ?? undefined });
  }
}
