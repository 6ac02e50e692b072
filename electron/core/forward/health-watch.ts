/** The health of one service's current tunnel: its monitor, and the suspicions that its clients raise. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock, Timer } from '../clock.ts';
import type { HealthMonitor, HealthMonitorScheduler } from '../health/health-monitor.ts';
import type { ServicePort, Upstream } from '../relay/service-port.ts';
import type { ForwardEvent, TunnelNumber } from './forward-state.ts';
import type { LiveTunnels } from './live-tunnels.ts';

/** The least distance between two proofs that suspicions ask for, in ms. */
const minSuspicionSpacingMs = 3_000;
/**
 * A tunnel that cannot prove itself is replaced as a precaution. Where clients are often kept waiting by a slow service,
 * each suspicion would cost a new tunnel: so the distance doubles up to this, and shrinks again with an answer.
 */
const maxSuspicionSpacingMs = 60_000;

export interface HealthWatchParts {
  readonly clock: Clock;
  readonly scheduler: HealthMonitorScheduler;
  readonly tunnels: Pick<LiveTunnels, 'proveTransport'>;
  readonly port: Pick<ServicePort, 'hasQueuedBytes'>;
  readonly tell: (event: ForwardEvent) => void;
}

interface Watched {
  readonly number: TunnelNumber;
  readonly monitor: HealthMonitor;
}

export class HealthWatch {
  readonly #parts: HealthWatchParts;
  #watched: Watched | null = null;
  #lastCheckMs: number | null = null;
  #suspicion: { readonly monitor: HealthMonitor; readonly timer: Timer | null } | null = null;
  #suspectedAt = -Infinity;
  #spacingMs = minSuspicionSpacingMs;

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
  }

  /** How long the last passed check of the watched tunnel took. A counter: it changes without an event. */
  get lastCheckMs(): number | null {
    return this.#lastCheckMs;
  }

  watch(number: TunnelNumber, service: ServiceSpec, upstream: Upstream): void {
    this.unwatch();
    const { tunnels, port, tell, scheduler } = this.#parts;
    const monitor = scheduler.watch(
      {
        service,
        tunnelId: upstream.tunnelId,
        endpoint: upstream.endpoint,
        proveTransport: (deadlineMs) => tunnels.proveTransport(number, deadlineMs),
        hasQueuedBytes: () => port.hasQueuedBytes(upstream.tunnelId),
      },
      (_tunnelId, report) => {
        if (report.tookMs !== null) this.#lastCheckMs = report.tookMs;
        tell({ type: 'checked', tunnel: number, report });
      },
    );
    this.#watched = { number, monitor };
  }

  unwatch(): void {
    void this.#watched?.monitor.stop();
    this.#watched = null;
    this.#lastCheckMs = null;
    this.#suspicion?.timer?.cancel();
    this.#suspicion = null;
  }

  /** The tunnel owes a proof from now on. */
  demandProof(isStrict: boolean): void {
    void this.#watched?.monitor.prove(isStrict);
  }

  /** A client's connection gives reason to ask: one question at a time, and not too often. None is dropped for that. */
  suspect(number: TunnelNumber): void {
    const watched = this.#watched;
    if (watched?.number !== number || this.#suspicion !== null) return;
    const { clock } = this.#parts;
    const { monitor } = watched;
    const waitMs = this.#suspectedAt + this.#spacingMs - clock.now();
    if (waitMs <= 0) {
      this.#suspicion = { monitor, timer: null };
      void this.#ask(monitor);
      return;
    }
    const timer = clock.after(waitMs, () => {
      this.#suspicion = { monitor, timer: null };
      void this.#ask(monitor);
    });
    this.#suspicion = { monitor, timer };
  }

  async #ask(monitor: HealthMonitor): Promise<void> {
    this.#suspectedAt = this.#parts.clock.now();
    const evidence = await monitor.prove(true);
    if (evidence === 'open') this.#spacingMs = Math.min(this.#spacingMs * 2, maxSuspicionSpacingMs);
    else if (evidence !== null) this.#spacingMs = minSuspicionSpacingMs;
    if (this.#suspicion?.monitor === monitor) this.#suspicion = null;
  }
}
