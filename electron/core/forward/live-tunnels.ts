/**
 * The live tunnels of one service: starts, stops and drains them, and reports what happens to them as events.
 * A tunnel that is being stopped reports only its end, with cause null.
 */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { isReverse } from '../../../shared/route-text.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { ServicePort, Upstream } from '../relay/service-port.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof } from '../transport/carrier.ts';
import { isNetworkFailure } from '../transport/network-failure.ts';
import type { Tunnel, TunnelAdapter } from '../tunnel/tunnel-adapter.ts';
import type { ForwardEvent, TunnelNumber } from './forward-state.ts';

/**
 * How long the first client's connection must stay open before the tunnel is trusted, as a share of the time that the start
 * took: the start took several round trips, and a refusal at the remote end takes one or two.
 */
const trialShareOfStart = 0.3;
const minTrialMs = 100;
const maxTrialMs = 500;

export interface LiveTunnelsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly adapterFor: (service: ServiceSpec) => TunnelAdapter;
  readonly port: Pick<
    ServicePort,
    'drained' | 'hasQueuedBytes' | 'bytesReceived' | 'distrust' | 'tunnelEnded'
  >;
  /** False when no network interface is up: an unreachable host is then not a failure of the service. */
  readonly isOnline: () => boolean;
  /** Removes the config's secrets from a child's output: a command may print one from its arguments. */
  readonly redact: (text: string) => string;
  readonly tunnelId: (number: TunnelNumber) => string;
  readonly tell: (event: ForwardEvent) => void;
  /** The tunnel itself reports a reason to demand a proof. */
  readonly onSuspicion: (number: TunnelNumber) => void;
}

interface LiveTunnel {
  readonly id: string;
  readonly tunnel: Tunnel;
  readonly startedAt: number;
  endpoint: Endpoint | null;
  /** null: no trial is needed, since a connection to the endpoint is one to the remote end itself. */
  trialMs: number | null;
  stopRequested: boolean;
}

export class LiveTunnels {
  readonly #parts: LiveTunnelsParts;
  readonly #alive = new Map<TunnelNumber, LiveTunnel>();

  constructor(parts: LiveTunnelsParts) {
    this.#parts = parts;
  }

  start(number: TunnelNumber, service: ServiceSpec, forced: boolean): void {
    const { tell, log, clock, port } = this.#parts;
    if (service.problem !== null) {
      tell({ type: 'tunnel-ended', tunnel: number, cause: service.problem });
      return;
    }
    const id = this.#parts.tunnelId(number);
    const traffic = {
      hasQueuedBytes: () => port.hasQueuedBytes(id),
      bytesReceived: () => port.bytesReceived(id),
    };
    const tunnel = this.#parts.adapterFor(service).open({ id, service, log, forced, traffic });
    const isToPod = service.connection.technology === 'kubectl';
    const live: LiveTunnel = {
      id,
      tunnel,
      startedAt: clock.now(),
      endpoint: null,
      trialMs: null,
      stopRequested: false,
    };
    this.#alive.set(number, live);
    tunnel.onComplaint((complaint) => {
      const cause = this.#redacted(complaint);
      log.warn(`tunnel ${number}: ${cause.title} (${cause.evidence ?? 'no details'})`);
      tell({ type: 'complained', tunnel: number, cause });
      // The container may be restarting: clients that connect in the meantime wait.
      if (cause.code === 'target-refused' && isToPod && live.trialMs !== null)
        port.distrust(id, live.trialMs);
    });
    tunnel.onSuspicion?.(() => {
      this.#parts.onSuspicion(number);
    });
    void tunnel.ready.then((result) => {
      if (!result.ok || live.stopRequested || !this.#alive.has(number)) return;
      live.endpoint = result.value;
      const startMs = Math.max(clock.now() - live.startedAt, tunnel.usualStartMs ?? 0);
      const trialMs = startMs * trialShareOfStart;
      live.trialMs =
        service.connection.technology === 'tcp' || isReverse(service.connection)
          ? null
          : Math.round(Math.min(Math.max(trialMs, minTrialMs), maxTrialMs));
      tell({ type: 'tunnel-ready', tunnel: number });
    });
    void tunnel.ended.then((end) => {
      // A command that serves one client, and an ssh server that hangs up after its last one, have cut nobody off.
      const isInOrder =
        end.isUnused === true || (service.connection.technology === 'command' && end.exitCode === 0);
      if (!isInOrder) port.tunnelEnded(id);
      this.#alive.delete(number);
      const found = this.#redacted(end.cause ?? describeCause('exited'));
      // A tunnel that closed because it was unused has not failed.
      const isNone = live.stopRequested || end.isUnused === true;
      const cause = isNone ? null : this.#sparedWhenOffline(found);
      tell({ type: 'tunnel-ended', tunnel: number, cause });
    });
  }

  stop(number: TunnelNumber): void {
    const live = this.#alive.get(number);
    if (live === undefined) return;
    live.stopRequested = true;
    void live.tunnel.stop();
  }

  /** Ends the tunnel when its last connection is gone. */
  drain(number: TunnelNumber): void {
    const live = this.#alive.get(number);
    if (live === undefined) return;
    void this.#parts.port.drained(live.id).then(() => {
      this.stop(number);
    });
  }

  /** The process of one of the tunnels was stopped (SIGSTOP): none of its connections can get an answer. */
  processStopped(pid: number): void {
    for (const [number, { tunnel }] of this.#alive) {
      if (tunnel.pid !== pid) continue;
      const cause = describeCause('stopped', { ending: 'SIGSTOP' });
      tunnel.condemn?.(cause);
      const report = {
        startedAt: this.#parts.clock.now(),
        isStrict: true,
        evidence: { kind: 'dead', cause },
      } as const;
      this.#parts.tell({
        type: 'checked',
        tunnel: number,
        report: { ...report, health: 'unknown', cause: null, mayHelp: false, tookMs: null },
      });
    }
  }

  async forceStop(): Promise<void> {
    await Promise.all([...this.#alive.values()].map(({ tunnel }) => tunnel.stop({ force: true })));
  }

  /** Where clients reach this tunnel; null while it is not ready. Without trust, its first client is a trial. */
  upstreamOf(number: TunnelNumber, isTrusted: boolean): Upstream | null {
    const live = this.#alive.get(number);
    if (live === undefined || live.endpoint === null) return null;
    const { id: tunnelId, endpoint, tunnel } = live;
    const trialMs = isTrusted ? null : live.trialMs;
    return { tunnelId, endpoint, trialMs, hasProcess: tunnel.pid !== null };
  }

  pidOf(number: TunnelNumber): number | null {
    return this.#alive.get(number)?.tunnel.pid ?? null;
  }

  numberOf(tunnelId: string): TunnelNumber | null {
    for (const [number, { id }] of this.#alive) if (id === tunnelId) return number;
    return null;
  }

  async proveTransport(
    number: TunnelNumber,
    deadlineMs: number,
    isRoutine: boolean,
  ): Promise<TransportProof> {
    const live = this.#alive.get(number);
    return live === undefined
      ? { kind: 'dead', cause: describeCause('exited') }
      : live.tunnel.proveTransport(deadlineMs, isRoutine);
  }

  #redacted(cause: Cause): Cause {
    return cause.evidence === null ? cause : { ...cause, evidence: this.#parts.redact(cause.evidence) };
  }

  #sparedWhenOffline(cause: Cause): Cause {
    // A refusal is an answer, perhaps of this computer itself.
    if (cause.code === 'connection-refused' || !isNetworkFailure(cause) || this.#parts.isOnline())
      return cause;
    return describeCause('network-down', { evidence: cause.evidence ?? undefined });
  }
}
