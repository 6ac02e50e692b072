/** A target that clients' own connections prove or disprove, and at most one harmless hello after a start or a failure. */
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

/** Green lasts for as many intervals after the last answer, where no transport can answer for a tunnel. */
const greenIntervals = 10;
/** A connection that is made takes no longer, unless a packet was lost twice (RFC 6298: after 1 s and 2 s more). */
const maxConnectMs = 3_000;
/**
 * A tunnel takes a connection before its far end has made one. Where packets to the target vanish, Linux tries for 127 s
 * (tcp_syn_retries, tcp(7)) until the tunnel says so.
 */
const keptOpenMs = { tcp: 0, ssh: 150_000, kubectl: 150_000, command: 150_000 } as const;

export interface AutoTargetParts {
  readonly clock: Clock;
  readonly service: ServiceSpec;
  /** null: the protocol is not known, and the target is never dialed. */
  readonly hello: TargetProbe | null;
  /** Why the target failed on an earlier tunnel; null: nothing is known. */
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
    return this.#target.owesHello ? this.#target.failuresInRow : 0;
  }

  get owesHello(): boolean {
    return this.#target.owesHello;
  }

  question(isStrict: boolean): TargetProbe | null {
    const { isFlowing, lastOpenedAt } = this.#parts.traffic();
    if (isFlowing) {
      this.#answered();
      return null;
    }
    const { health, failedAt, owesHello } = this.#target;
    const { clock, service, hello } = this.#parts;
    const isKeptOpen =
      lastOpenedAt !== null &&
      lastOpenedAt > failedAt &&
      clock.now() - lastOpenedAt >=
        (isReverse(service.connection) ? 0 : keptOpenMs[service.connection.technology]);
    if (health === 'unhealthy' && isKeptOpen) this.#target = unansweredTarget(this.#target);
    return owesHello || isStrict ? hello : null;
  }

  heard(result: FinishedProbe, evidence: TunnelEvidence): void {
    // Any answer is an answer.
    if (result.kind === 'passed' || provesTunnel(result)) {
      this.#answered();
      return;
    }
    const cause = describeFailure(result, this.#parts.service);
    this.#mayHelp = cause.recovery === 'backoff' && anotherMayHelp(evidence);
    const isLate = result.failure.kind === 'timed-out';
    this.#target = (isLate ? lateTarget : closedTarget)(this.#target, cause, this.#terms());
  }

  onlyTransportAsked(transport: TransportProof): void {
    const { clock, service } = this.#parts;
    if (this.health !== 'healthy' || (transport.kind === 'alive' && !this.#isTcp)) return;
    const isStale = clock.now() - this.#answeredAt > greenIntervals * service.healthCheck.intervalMs;
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
    const cause = describeClientFailure(this.#parts.service.connection, evidence);
    if (cause === null) return;
    if (evidence.kind === 'looped') {
      // The connections that are closed for it say less.
      this.complained(cause);
      return;
    }
    this.#mayHelp = false;
    const fail = evidence.kind === 'closed' ? closedTarget : failedTarget;
    this.#target = fail(this.#target, cause, this.#terms());
  }

  /** Of a connection to the target, which the tunnel could not make. */
  complained(complaint: Cause): void {
    this.#mayHelp = false;
    this.#target = complainedOf(this.#target, complaint, this.#terms());
  }

  /** The network or the target may be another one by now. */
  forget(): void {
    this.#target = untriedTarget(null, this.#terms());
    // Bytes from before prove nothing now.
    this.#parts.traffic();
  }

  interrupt(): void {
    this.#target = { ...this.#target, failuresInRow: 0 };
  }

  #answered(): void {
    this.#target = answeredTarget(this.#target);
    this.#answeredAt = this.#parts.clock.now();
  }

  /** Where there is a tunnel, it is asked whether it lives. Here is nothing to ask, and a healthy server may only be slow. */
  #silent({ awaited, forMs }: Extract<ClientEvidence, { readonly kind: 'silent' }>): void {
    if (!this.#isTcp) return;
    if (awaited === 'connection' && forMs >= maxConnectMs) {
      this.observe({ kind: 'unconnected', errno: 'ETIMEDOUT' });
      return;
    }
    const { clock, traffic } = this.#parts;
    // Another connection was answered after this one had asked.
    const isOneOfMany =
      awaited === 'answer' && (traffic().isFlowing || this.#answeredAt > clock.now() - forMs);
    if (this.health === 'healthy' && !isOneOfMany) this.#target = unansweredTarget(this.#target);
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
