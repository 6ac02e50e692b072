/** Watches the health of one service's current tunnel: runs its monitor, and handles the suspicions that clients raise. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock, Timer } from '../clock.ts';
import type { HealthMonitor, HealthMonitorScheduler } from '../health/health-monitor.ts';
import type { ClientEvidence, ServicePort, Upstream } from '../relay/service-port.ts';
import type { ForwardEvent, TunnelNumber } from './forward-state.ts';
import type { TransportProof } from '../transport/carrier.ts';
import { RoundTrips } from '../transport/round-trips.ts';
import type { LiveTunnels } from './live-tunnels.ts';

/** The shortest interval between two proofs that suspicions demand, in ms. */
const minSuspicionSpacingMs = 3_000;
/**
 * A tunnel that cannot prove itself is replaced as a precaution. If a slow service often keeps clients waiting, each
 * suspicion would cost a new tunnel: so the interval doubles up to this maximum, and an answer resets it.
 */
const maxSuspicionSpacingMs = 60_000;

/** The longest deadline for one proof of the transport, in ms. */
const maxDeadlineMs = 10_000;

export interface HealthWatchParts {
  readonly clock: Clock;
  readonly scheduler: HealthMonitorScheduler;
  readonly tunnels: Pick<LiveTunnels, 'proveTransport'>;
  readonly port: Pick<ServicePort, 'hasQueuedBytes' | 'traffic'>;
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
  /** A suspicion was raised during the current proof, whose answer may be older. */
  #isSuspectAgain = false;
  #suspectedAt = -Infinity;
  #spacingMs = minSuspicionSpacingMs;
  /** Why the target failed when it was last tried, through whatever tunnel. */
  #trouble: Cause | null = null;
  /** How long the transport takes to answer, and how often this tunnel's transport has been silent since its last answer. */
  readonly #roundTrips = new RoundTrips();
  #silences = 0;

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
  }

  /** How long the last passed check of the watched tunnel took, in ms. Changes without an event, like a counter. */
  get lastCheckMs(): number | null {
    return this.#lastCheckMs;
  }

  watch(number: TunnelNumber, service: ServiceSpec, upstream: Upstream): void {
    this.unwatch();
    const { port, tell, scheduler } = this.#parts;
    this.#silences = 0;
    const monitor = scheduler.watch(
      {
        service,
        tunnelId: upstream.tunnelId,
        endpoint: upstream.endpoint,
        proveTransport: (deadlineMs, isRoutine) => this.#proveTransport(number, deadlineMs, isRoutine),
        hasQueuedBytes: () => port.hasQueuedBytes(upstream.tunnelId),
        traffic: () => port.traffic(upstream.tunnelId),
        trouble: this.#trouble,
      },
      (_tunnelId, report) => {
        if (report.tookMs !== null) this.#lastCheckMs = report.tookMs;
        if (report.health !== 'unknown') this.#trouble = report.cause;
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
    this.#isSuspectAgain = false;
  }

  /** The tunnel owes a proof from now on. If that need not be strict, a regular check is enough, and runs at once. */
  demandProof(isStrict: boolean): void {
    if (isStrict) void this.#watched?.monitor.prove();
    else this.#watched?.monitor.checkNow();
  }

  /** Passes on what a client's connection shows about the target. */
  observe(number: TunnelNumber, evidence: ClientEvidence): void {
    if (this.#watched?.number === number) this.#watched.monitor.observe(evidence);
  }

  /** Passes on the tunnel's complaint about a client's connection. */
  complained(number: TunnelNumber, cause: Cause): void {
    if (this.#watched?.number === number) this.#watched.monitor.complained(cause);
  }

  /** The network or the target may have changed. */
  forgetTarget(): void {
    this.#trouble = null;
    this.#watched?.monitor.forgetTarget();
  }

  /** A client's connection raised a suspicion. Proofs run one at a time and spaced; a suspicion is delayed, never dropped. */
  suspect(number: TunnelNumber): void {
    const watched = this.#watched;
    if (watched?.number !== number) return;
    if (this.#suspicion !== null) {
      this.#isSuspectAgain ||= this.#suspicion.timer === null;
      return;
    }
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
    const evidence = await monitor.prove();
    if (evidence === 'open') this.#spacingMs = Math.min(this.#spacingMs * 2, maxSuspicionSpacingMs);
    else if (evidence !== null) this.#spacingMs = minSuspicionSpacingMs;
    if (this.#suspicion?.monitor !== monitor) return;
    this.#suspicion = null;
    const isSuspectAgain = this.#isSuspectAgain;
    this.#isSuspectAgain = false;
    if (isSuspectAgain && this.#watched !== null) this.suspect(this.#watched.number);
  }

  /**
   * A slow line is not a dead one: the deadline doubles after each silence, and successors start with twice the usual
   * round trip.
   */
  async #proveTransport(
    number: TunnelNumber,
    deadlineMs: number,
    isRoutine: boolean,
  ): Promise<TransportProof> {
    const { clock, tunnels } = this.#parts;
    const startedAt = clock.now();
    const patientMs = Math.max(deadlineMs, 2 * this.#roundTrips.usualMs) * 2 ** Math.min(this.#silences, 10);
    const proof = await tunnels.proveTransport(number, Math.min(patientMs, maxDeadlineMs), isRoutine);
    if (this.#watched?.number !== number) return proof;
    if (proof.kind === 'silent') {
      this.#silences += 1;
      this.#roundTrips.noteSilence();
    }
    if (proof.kind === 'alive' && !isRoutine) {
      this.#silences = 0;
      const isLate = this.#roundTrips.note(clock.now() - startedAt);
      if (isLate) void this.#proveTransport(number, maxDeadlineMs, false);
    }
    return proof;
  }
}
