/** A target judged by clients' own connections, plus at most one harmless hello after a start or a failure. */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';
import { isReverse } from '../../../shared/route-text.ts';
import type { ServiceSpec, TargetProbe } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { ClientEvidence, TunnelTraffic } from '../relay/service-port.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { TunnelEvidence } from './check-report.ts';
import { describeClientFailure, describeFailure } from './client-failure.ts';
import { provesTunnel } from './probe.ts';
import {
  answeredTarget,
  closedTarget,
  complainedOf,
  failedTarget,
  lateTarget,
  unansweredTarget,
  untriedTarget,
  type TargetHealth,
  type TargetTerms,
} from './target-health.ts';
import type { FinishedProbe, TargetJudge } from './target-judge.ts';
import { anotherMayHelp } from './tunnel-evidence.ts';

/** Without a transport proof, the target stays healthy for this many intervals after the last answer. */
const healthyIntervals = 10;
/**
 * Connecting takes at most this long, unless a packet is lost twice (RFC 6298: retransmission after 1 s, then after 2 s
 * more).
 */
const maxConnectMs = 3_000;
/**
 * A tunnel accepts a connection before its remote end has connected to the target. If packets to the target are dropped,
 * Linux retries for 127 s (tcp_syn_retries, tcp(7)) before the tunnel reports the failure.
 */
const stableAfterMs = { tcp: 0, ssh: 150_000, kubectl: 150_000, command: 150_000 } as const;

export interface AutoTargetParts {
  readonly clock: Clock;
  readonly service: ServiceSpec;
  /** null: the protocol is unknown, and the target is never dialed. */
  readonly hello: TargetProbe | null;
  /** Why the target failed on an earlier tunnel; null: unknown. */
  readonly trouble: Cause | null;
  readonly traffic: () => TunnelTraffic;
}

export class AutoTarget implements TargetJudge {
  readonly #parts: AutoTargetParts;
  #target: TargetHealth;
  #mayHelp = false;
  #answeredAt = -Infinity;

  constructor(parts: AutoTargetParts) {
    this.#parts = parts;
    this.#target = untriedTarget(parts.trouble, this.#terms());
  }

  get health(): Health {
    return this.#target.health;
  }

  get cause(): Cause | null {
    return this.#target.cause;
  }

  get mayHelp(): boolean {
    return this.#mayHelp && this.health === 'unhealthy';
  }

  get failuresInRow(): number {
    return this.#target.isHelloDue ? this.#target.failuresInRow : 0;
  }

  get isHelloDue(): boolean {
    return this.#target.isHelloDue;
  }

  nextProbe(isStrict: boolean): TargetProbe | null {
    const { isFlowing, lastOpenedAt } = this.#parts.traffic();
    if (isFlowing) {
      this.#answered();
      return null;
    }
    const { health, failedAt, isHelloDue } = this.#target;
    const { clock, service, hello } = this.#parts;
    const isStable =
      lastOpenedAt !== null &&
      lastOpenedAt > failedAt &&
      clock.now() - lastOpenedAt >=
        (isReverse(service.connection) ? 0 : stableAfterMs[service.connection.technology]);
    if (health === 'unhealthy' && isStable) this.#target = unansweredTarget(this.#target);
    return isHelloDue || isStrict ? hello : null;
  }

  onResult(result: FinishedProbe, evidence: TunnelEvidence): void {
    // Any answer counts, even an error.
    if (result.kind === 'passed' || provesTunnel(result)) {
      this.#answered();
      return;
    }
    const cause = describeFailure(result, this.#parts.service);
    this.#mayHelp = cause.recovery === 'backoff' && anotherMayHelp(evidence);
    const isLate = result.failure.kind === 'timed-out';
    this.#target = (isLate ? lateTarget : closedTarget)(this.#target, cause, this.#terms());
  }

  onTransportOnly(transport: TransportProof): void {
    const { clock, service } = this.#parts;
    if (this.health !== 'healthy' || (transport.kind === 'alive' && !this.#isTcp)) return;
    const isStale = clock.now() - this.#answeredAt > healthyIntervals * service.healthCheck.intervalMs;
    if (isStale) this.#target = unansweredTarget(this.#target);
  }

  observe(evidence: ClientEvidence): void {
    if (evidence.kind === 'answered') {
      this.#answered();
      return;
    }
    if (evidence.kind === 'silent') {
      this.#silent(evidence);
      return;
    }
    // Another connection has been answered since.
    if (evidence.kind === 'closed' && evidence.at < this.#answeredAt) return;
    const cause = describeClientFailure(this.#parts.service.connection, evidence);
    if (cause === null) return;
    if (evidence.kind === 'looped') {
      // A loop also closes connections, but their closing says less than the loop itself.
      this.complained(cause);
      return;
    }
    this.#mayHelp = false;
    const fail = evidence.kind === 'closed' ? closedTarget : failedTarget;
    this.#target = fail(this.#target, cause, this.#terms());
  }

  /** Reports that the tunnel could not connect to the target. */
  complained(complaint: Cause): void {
    this.#mayHelp = false;
    this.#target = complainedOf(this.#target, complaint, this.#terms());
  }

  /** The network or the target may have changed. */
  forget(): void {
    this.#target = untriedTarget(null, this.#terms());
    // Discard earlier bytes: they no longer prove anything.
    this.#parts.traffic();
  }

  interrupt(): void {
    this.#target = { ...this.#target, failuresInRow: 0 };
  }

  #answered(): void {
    this.#target = answeredTarget(this.#target);
    this.#answeredAt = this.#parts.clock.now();
  }

  /** A healthy server may just be slow, so the target is untried again, not unhealthy. */
  #silent({ awaited, forMs }: Extract<ClientEvidence, { readonly kind: 'silent' }>): void {
    if (awaited === 'connection' && this.#isTcp && forMs >= maxConnectMs) {
      this.observe({ kind: 'unconnected', errno: 'ETIMEDOUT' });
      return;
    }
    // Any other tunnel is probed, and so is a target behind it whose protocol is known.
    if (!this.#isTcp && (awaited === 'connection' || this.#parts.hello !== null)) return;
    const { clock, traffic } = this.#parts;
    // Another connection was answered after this one sent its request.
    const isOnlyThisSlow =
      awaited === 'answer' && (traffic().isFlowing || this.#answeredAt > clock.now() - forMs);
    if (this.health === 'healthy' && !isOnlyThisSlow) this.#target = unansweredTarget(this.#target);
  }

  get #isTcp(): boolean {
    return this.#parts.service.connection.technology === 'tcp';
  }

  #terms(): TargetTerms {
    const { clock, hello, service } = this.#parts;
    const { failureThreshold } = service.healthCheck;
    return { now: clock.now(), hasHello: hello !== null, failureThreshold };
  }
}
