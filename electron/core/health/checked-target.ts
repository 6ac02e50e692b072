/** A target that is probed at each interval; the results are counted against the thresholds. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec, TargetProbe } from '../../../shared/service-spec.ts';
import { describeFailure } from './client-failure.ts';
import type { TunnelEvidence } from './check-report.ts';
import { forgetRun, judge, untried, type HealthVerdict } from './health-verdict.ts';
import type { FinishedProbe, TargetJudge } from './target-judge.ts';
import { anotherMayHelp } from './tunnel-evidence.ts';

/** Why the last check failed; used while the verdict is unhealthy. */
interface Trouble {
  readonly cause: Cause;
  readonly mayHelp: boolean;
}

export class CheckedTarget implements TargetJudge {
  readonly #probe: TargetProbe;
  readonly #service: ServiceSpec;
  #verdict: HealthVerdict = untried;
  #trouble: Trouble | null = null;

  constructor(probe: TargetProbe, service: ServiceSpec) {
    this.#probe = probe;
    this.#service = service;
  }

  get health(): HealthVerdict['health'] {
    return this.#verdict.health;
  }

  get cause(): Cause | null {
    return this.health === 'unhealthy' ? (this.#trouble?.cause ?? null) : null;
  }

  get mayHelp(): boolean {
    return this.health === 'unhealthy' && this.#trouble?.mayHelp === true;
  }

  get failuresInRow(): number {
    return this.#verdict.failuresInRow;
  }

  nextProbe(): TargetProbe {
    return this.#probe;
  }

  onResult(result: FinishedProbe, evidence: TunnelEvidence): void {
    this.#verdict = judge(this.#verdict, result.kind === 'passed', this.#service.healthCheck);
    if (result.kind === 'passed') return;
    const cause = describeFailure(result, this.#service);
    this.#trouble = { cause, mayHelp: cause.recovery === 'backoff' && anotherMayHelp(evidence) };
  }

  onTransportOnly(): void {
    return;
  }

  interrupt(): void {
    this.#verdict = forgetRun(this.#verdict);
  }
}
