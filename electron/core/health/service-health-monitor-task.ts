/** The checks of one tunnel: what is asked, what the answers amount to, when the next one is due. Holds no timer. */
import type { ProbeSpec, ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { describeFailedCheck } from './check-cause.ts';
import { nextCheckAt, phaseShift } from './check-pace.ts';
import type { HealthEvents, HealthTarget } from './health-monitor.ts';
import {
  forgetRun,
  isInDoubt,
  judge,
  untried,
  type HealthReport,
  type HealthVerdict,
} from './health-verdict.ts';
import type { Probe, ProbeResult } from './probe.ts';
import { resolveProbeUrl } from './probes/probe-url.ts';

export interface MonitorTools {
  readonly clock: Clock;
  readonly probe: Probe;
  /** In [0, 1). */
  readonly random: () => number;
}

export class ServiceHealthMonitorTask {
  readonly #target: HealthTarget;
  readonly #events: HealthEvents;
  readonly #tools: MonitorTools;
  readonly #spec: ProbeSpec;
  #verdict: HealthVerdict = untried;
  #dueAt: number;
  #isFirstCheck = true;
  #check: Promise<void> | null = null;
  #extraProbe: Promise<ProbeResult> | null = null;
  #cancellation = new AbortController();

  constructor(target: HealthTarget, events: HealthEvents, tools: MonitorTools) {
    this.#target = target;
    this.#events = events;
    this.#tools = tools;
    this.#spec = probeSpecOf(target.service);
    this.#dueAt = tools.clock.now();
  }

  get tunnelId(): string {
    return this.#target.tunnelId;
  }

  /** When the next check may start; null while one runs. */
  get dueAt(): number | null {
    return this.#check === null ? this.#dueAt : null;
  }

  /** Runs one check and counts it. Not to be called while one runs. */
  check(): Promise<void> {
    this.#check = this.#runCheck().finally(() => {
      this.#check = null;
    });
    return this.#check;
  }

  probeNow(deadlineMs: number): Promise<ProbeResult> {
    const { signal } = this.#cancellation;
    this.#extraProbe ??= this.#probe(deadlineMs, signal).finally(() => {
      if (!signal.aborted) this.#extraProbe = null;
    });
    return this.#extraProbe;
  }

  /** Cancels what runs and forgets where it was leading. */
  interrupt(): void {
    this.#cancellation.abort();
    this.#cancellation = new AbortController();
    this.#extraProbe = null;
    this.#verdict = forgetRun(this.#verdict);
  }

  /** Puts the next check somewhere in the coming interval; a first check at its beginning. */
  reschedule(): void {
    const { clock, random } = this.#tools;
    this.#dueAt =
      clock.now() + (this.#isFirstCheck ? 0 : random() * this.#target.service.healthCheck.intervalMs);
  }

  async stop(): Promise<void> {
    this.#cancellation.abort();
    await Promise.all([this.#check, this.#extraProbe]);
  }

  async #runCheck(): Promise<void> {
    const { clock, random } = this.#tools;
    const { intervalMs, timeoutMs } = this.#target.service.healthCheck;
    const { signal } = this.#cancellation;
    // A check may start a little early, to share its wake-up: the pace is that of the due times.
    const dueAt = Math.max(this.#dueAt, clock.now());
    const startedAt = this.#isFirstCheck ? dueAt - phaseShift(intervalMs, random()) : dueAt;
    this.#dueAt = dueAt + intervalMs;

    const result = await this.#probe(timeoutMs, signal);
    if (signal.aborted || result.kind === 'cancelled') return;
    this.#isFirstCheck = false;
    this.#count(reportOf(result));
    const inDoubt = isInDoubt(this.#verdict);
    this.#dueAt = nextCheckAt({ startedAt, endedAt: clock.now(), intervalMs, inDoubt });
  }

  #probe(timeoutMs: number, signal: AbortSignal): Promise<ProbeResult> {
    const { clock, probe } = this.#tools;
    return probe({ endpoint: this.#target.endpoint, spec: this.#spec, timeoutMs, signal, clock });
  }

  #count(report: HealthReport): void {
    const { healthCheck } = this.#target.service;
    const before = this.#verdict.health;
    this.#verdict = judge(this.#verdict, report, healthCheck);
    const hasChanged = this.#verdict.health !== before;
    this.#events.onCheck?.(this.tunnelId, report);
    if (!hasChanged || this.#cancellation.signal.aborted) return;
    if (report.kind === 'check-passed') this.#events.onHealthy(this.tunnelId, report.tookMs);
    else this.#events.onUnhealthy(this.tunnelId, describeFailedCheck(report, healthCheck));
  }
}

function reportOf(result: Exclude<ProbeResult, { readonly kind: 'cancelled' }>): HealthReport {
  return result.kind === 'passed'
    ? { kind: 'check-passed', tookMs: result.tookMs }
    : { ...result, kind: 'check-failed' };
}

/** The check of a service, with its local port in the places that name it: a URL without a host, a command's arguments. */
function probeSpecOf({ localPort, healthCheck: { probe } }: ServiceSpec): ProbeSpec {
  if (probe.type === 'http' || probe.type === 'https') {
    return { ...probe, url: resolveProbeUrl(probe, `localhost:${localPort}`)?.href ?? probe.url };
  }
  if (probe.type !== 'exec') return probe;
  const [program, ...rest] = probe.argv;
  const words = rest.map((word) => word.replaceAll('{local_port}', String(localPort)));
  return { ...probe, argv: [program, ...words] };
}
