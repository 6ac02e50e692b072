/** The health of one service's current tunnel: its monitor, and the one probe after an interruption or on suspicion. */
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { describeFailedCheck } from '../health/check-cause.ts';
import type { HealthMonitor, HealthMonitorScheduler } from '../health/health-monitor.ts';
import type { Upstream } from '../relay/service-port.ts';
import type { ForwardEvent, ProbeReason, TunnelNumber } from './forward-state.ts';
import type { LiveTunnels } from './live-tunnels.ts';

/** The one probe has this long, in ms. */
const probeNowDeadlineMs = 3_000;

/** A command of the user's may take its time, and its slowness says nothing of the tunnel. */
const deadlineOf = ({ healthCheck: { probe, timeoutMs } }: ServiceSpec): number =>
  probe.type === 'exec' ? Math.max(probeNowDeadlineMs, timeoutMs) : probeNowDeadlineMs;

export interface HealthWatchParts {
  readonly scheduler: HealthMonitorScheduler;
  readonly tunnels: Pick<LiveTunnels, 'proveTransport'>;
  readonly tell: (event: ForwardEvent) => void;
}

interface Watched {
  readonly number: TunnelNumber;
  readonly service: ServiceSpec;
  readonly monitor: HealthMonitor;
}

export class HealthWatch {
  readonly #parts: HealthWatchParts;
  #watched: Watched | null = null;
  #lastCheckMs: number | null = null;

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
  }

  /** How long the last passed check of the watched tunnel took. A counter: it changes without an event. */
  get lastCheckMs(): number | null {
    return this.#lastCheckMs;
  }

  watch(number: TunnelNumber, service: ServiceSpec, upstream: Upstream): void {
    this.unwatch();
    const { tell } = this.#parts;
    const monitor = this.#parts.scheduler.watch(
      { service, tunnelId: upstream.tunnelId, endpoint: upstream.endpoint },
      {
        onHealthy: () => {
          tell({ type: 'healthy', tunnel: number });
        },
        onUnhealthy: (_tunnelId, cause) => {
          tell({ type: 'unhealthy', tunnel: number, cause });
        },
        onCheck: (_tunnelId, report) => {
          if (report.kind === 'check-passed') this.#lastCheckMs = report.tookMs;
        },
      },
    );
    this.#watched = { number, service, monitor };
  }

  unwatch(): void {
    void this.#watched?.monitor.stop();
    this.#watched = null;
    this.#lastCheckMs = null;
  }

  /** Tells `probe-failed`, `unproven`, or nothing when the tunnel proved itself. */
  async probeNow(number: TunnelNumber, reason: ProbeReason): Promise<void> {
    const watched = this.#watched;
    if (watched?.number !== number) return;
    const deadlineMs = deadlineOf(watched.service);
    const result = await watched.monitor.probeNow(deadlineMs);
    if (watched !== this.#watched || result.kind === 'cancelled') return;
    if (result.kind === 'failed') {
      const spec = { ...watched.service.healthCheck, timeoutMs: deadlineMs };
      const cause = describeFailedCheck(result, spec);
      this.#parts.tell({ type: 'probe-failed', tunnel: number, cause });
    } else if (reason === 'interruption' && watched.service.healthCheck.probe.type === 'tcp') {
      await this.#proveTransport(number);
    }
  }

  /** An open connection proves nothing of an opaque protocol: then the tunnel itself is asked. */
  async #proveTransport(number: TunnelNumber): Promise<void> {
    const proof = await this.#parts.tunnels.proveTransport(number, probeNowDeadlineMs);
    switch (proof.kind) {
      case 'alive':
        return;
      case 'unprovable':
        this.#parts.tell({ type: 'unproven', tunnel: number });
        return;
      case 'dead':
        this.#parts.tell({ type: 'probe-failed', tunnel: number, cause: proof.cause });
        return;
      case 'silent': {
        const cause = describeCause('timed-out', { what: 'The tunnel' });
        this.#parts.tell({ type: 'probe-failed', tunnel: number, cause });
        return;
      }
    }
  }
}
