/**
 * The checks and proofs of one tunnel: which probes to send, what their results mean, when the next check is due. Sets
 * no timer. Every result is counted here and nowhere else; reports give the current state.
 */
import { isReverse } from '../../../shared/route-text.ts';
import type { ProbeSpec, ServiceSpec, TargetProbe } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { Cause } from '../../../shared/failure.ts';
import type { ClientEvidence } from '../relay/service-port.ts';
import { AutoTarget } from './auto-target.ts';
import { nextCheckAt, phaseShift } from './check-pace.ts';
import type { CheckReport, TunnelEvidence } from './check-report.ts';
import type { HealthTarget, ReportListener } from './health-monitor.ts';
import { CheckedTarget } from './checked-target.ts';
import { provesTunnel, type Probe, type ProbeResult } from './probe.ts';
import { mayBeOverheard } from './open-path.ts';
import { resolveProbeUrl } from './probes/probe-url.ts';
import { TransportJudge } from './transport-judge.ts';
import { unjudged, type FinishedProbe, type TargetJudge } from './target-judge.ts';
import { earlyEvidence, evidenceOf, untriedEvidence } from './tunnel-evidence.ts';

export interface MonitorTools {
  readonly clock: Clock;
  readonly probe: Probe;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The longest round trip, unless our own bytes queue ahead: 4 to 6 s were measured behind an upload at 1 Mbit/s. */
const transportDeadlineMs = 1_000;
const queuedTransportDeadlineMs = 10_000;
/** Minimum timeout of a strict proof: right after a wake, everything is slow. */
const minStrictTimeoutMs = 3_000;

type Evidence = TunnelEvidence['kind'];
/** A late hello is repeated this soon. */
const helloRetryMs = 2_000;
/** Minimum spacing of reports about clients whose connections work. */
const answeredSpacingMs = 1_000;

export class TunnelMonitor {
  readonly #target: HealthTarget;
  readonly #onReport: ReportListener;
  readonly #tools: MonitorTools;
  readonly #judge: TargetJudge;
  /** The judge, if clients' connections count. */
  readonly #auto: AutoTarget | null;
  #answeredAt = -Infinity;
  #isSilent = false;
  #dueAt: number;
  #isFirstCheck = true;
  /** When a check was last requested. */
  #requestedAt = -Infinity;
  #check: Promise<unknown> | null = null;
  #proof: Promise<Evidence | null> | null = null;
  #nextProof: Promise<Evidence | null> | null = null;
  #cancellation = new AbortController();

  constructor(target: HealthTarget, onReport: ReportListener, tools: MonitorTools) {
    this.#target = target;
    this.#onReport = onReport;
    this.#tools = tools;
    const spec = probeSpecOf(target.service);
    this.#judge = judgeOf(spec, target, tools.clock);
    this.#auto = this.#judge instanceof AutoTarget ? this.#judge : null;
    this.#dueAt = tools.clock.now();
  }

  get tunnelId(): string {
    return this.#target.tunnelId;
  }

  /** When the next check may start; null while one runs. */
  get dueAt(): number | null {
    return this.#check === null ? this.#dueAt : null;
  }

  /** Runs one regular check. Not to be called while one runs. */
  async check(): Promise<void> {
    const check = this.#runCheck().finally(() => {
      this.#check = null;
    });
    this.#check = check;
    await check;
  }

  prove(): Promise<Evidence | null> {
    if (this.#proof === null) return this.#startProof();
    this.#nextProof ??= this.#proof.then(() => {
      this.#nextProof = null;
      return this.#startProof();
    });
    return this.#nextProof;
  }

  /** Makes the next check due now, even if one is already running. */
  makeDue(): void {
    this.#dueAt = this.#tools.clock.now();
    this.#requestedAt = this.#dueAt;
  }

  /** Cancels running probes and forgets the current run of results. */
  interrupt(): void {
    this.#cancellation.abort();
    this.#cancellation = new AbortController();
    this.#judge.interrupt();
  }

  /** Takes evidence from clients' connections. Returns whether the next check is due now. */
  observe(evidence: ClientEvidence): boolean {
    // A tunnel that dies closes its connections before its end is known.
    if (evidence.kind === 'closed' && this.#isSilent) return false;
    const { clock } = this.#tools;
    const isNoNews = this.#judge.health === 'healthy' && this.#judge.failuresInRow === 0 && !this.#isSilent;
    if (evidence.kind === 'answered' && isNoNews) {
      if (clock.now() < this.#answeredAt + answeredSpacingMs) return false;
      this.#answeredAt = clock.now();
    }
    return this.#learn((auto) => {
      auto.observe(evidence);
      return evidence.kind === 'answered' ? evidence.since : null;
    });
  }

  /** Takes the tunnel's report about a client's connection. Returns whether the next check is due now. */
  complained(cause: Cause): boolean {
    return this.#learn((auto) => {
      auto.complained(cause);
      return null;
    });
  }

  /** Resets the target to untried, because it may have changed. */
  forgetTarget(): void {
    this.#auto?.forget();
  }

  /** Schedules the next check at a random time within the coming interval; a first check at once. */
  reschedule(): void {
    const { clock, random } = this.#tools;
    this.#dueAt =
      clock.now() + (this.#isFirstCheck ? 0 : random() * this.#target.service.healthCheck.intervalMs);
  }

  async stop(): Promise<void> {
    this.#cancellation.abort();
    await Promise.all([this.#check, this.#proof, this.#nextProof]);
  }

  async #runCheck(): Promise<void> {
    const { clock, random } = this.#tools;
    const { intervalMs, timeoutMs, failureThreshold } = this.#target.service.healthCheck;
    const { signal } = this.#cancellation;
    // A check may start a little early to share a wake-up, but the interval counts from its due time.
    const dueAt = Math.max(this.#dueAt, clock.now());
    const begunAt = clock.now();
    const startedAt = this.#isFirstCheck ? dueAt - phaseShift(intervalMs, random()) : dueAt;
    this.#dueAt = dueAt + intervalMs;

    // A silent tunnel must answer before anything else counts.
    if (this.#isSilent) await this.prove();
    else await this.#examine(timeoutMs, signal);
    if (signal.aborted) return;
    this.#isFirstCheck = false;
    const { failuresInRow } = this.#judge;
    const pace = { intervalMs, failuresInRow, failureThreshold, isSilent: this.#isSilent };
    const nextAt = nextCheckAt({ startedAt, endedAt: clock.now(), ...pace });
    this.#dueAt = this.#requestedAt > begunAt ? clock.now() : nextAt;
  }

  async #examine(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const startedAt = this.#tools.clock.now();
    const targetProbe = this.#judge.nextProbe(false);
    if (targetProbe === null) {
      await this.#probeTransportOnly(false, signal);
      return;
    }
    const result = await this.#probe(targetProbe, timeoutMs, signal);
    if (result.kind === 'canceled') return;
    const isRoutine = result.kind === 'passed';
    const isProven = provesTunnel(result) && !isReverse(this.#target.service.connection);
    const transport = isProven ? null : await this.#probeTransport(isRoutine);
    if (!signal.aborted) this.#count({ startedAt, isStrict: false, result, transport });
  }

  #startProof(): Promise<Evidence | null> {
    const { signal } = this.#cancellation;
    if (signal.aborted) return Promise.resolve(null);
    const proof = this.#runProof(signal).finally(() => {
      if (this.#proof === proof) this.#proof = null;
    });
    this.#proof = proof;
    return proof;
  }

  /**
   * Probes target and transport in parallel. The transport's result is reported as soon as it is known: clients wait
   * for it.
   */
  async #runProof(signal: AbortSignal): Promise<Evidence | null> {
    const startedAt = this.#tools.clock.now();
    const targetProbe = this.#judge.nextProbe(true);
    if (targetProbe === null) return this.#probeTransportOnly(true, signal);
    const timeoutMs = Math.max(minStrictTimeoutMs, this.#target.service.healthCheck.timeoutMs);
    const probing = this.#probe(targetProbe, timeoutMs, signal);
    const transport = await this.#probeTransport(false);
    const early = earlyEvidence(transport);
    if (early !== null && !signal.aborted) this.#report({ startedAt, isStrict: true, evidence: early }, null);
    const result = await probing;
    if (signal.aborted || result.kind === 'canceled') return null;
    const found = this.#count({ startedAt, isStrict: true, result, transport });
    if (this.#auto?.isHelloDue === true)
      this.#dueAt = Math.min(this.#dueAt, this.#tools.clock.now() + helloRetryMs);
    return found;
  }

  /** Probes the transport but not the target. */
  async #probeTransportOnly(isStrict: boolean, signal: AbortSignal): Promise<Evidence | null> {
    const startedAt = this.#tools.clock.now();
    const transport = await this.#probeTransport(!isStrict);
    const evidence = untriedEvidence(transport);
    if (signal.aborted) return null;
    this.#judge.onTransportOnly(transport);
    this.#report({ startedAt, isStrict, evidence }, null);
    return evidence.kind;
  }

  #probe(spec: TargetProbe, timeoutMs: number, signal: AbortSignal): Promise<ProbeResult> {
    const { clock, probe } = this.#tools;
    const { endpoint, service } = this.#target;
    const isPathOpen = mayBeOverheard(service.connection);
    return probe({ endpoint, spec, timeoutMs, isPathOpen, signal, clock });
  }

  #probeTransport(isRoutine: boolean): Promise<TransportProof> {
    const { proveTransport, hasQueuedBytes } = this.#target;
    return proveTransport(hasQueuedBytes() ? queuedTransportDeadlineMs : transportDeadlineMs, isRoutine);
  }

  #count(examined: {
    readonly startedAt: number;
    readonly isStrict: boolean;
    readonly result: FinishedProbe;
    readonly transport: TransportProof | null;
  }): Evidence {
    const { service } = this.#target;
    const { result, startedAt, isStrict } = examined;
    const evidence = evidenceOf({ ...examined, service });
    this.#judge.onResult(result, evidence);
    const tookMs = result.kind === 'passed' ? result.tookMs : null;
    this.#report({ startedAt, isStrict, evidence }, tookMs);
    return evidence.kind;
  }

  /** `learn` returns since when the evidence proves the tunnel; null: it proves nothing. */
  #learn(learn: (auto: AutoTarget) => number | null): boolean {
    const auto = this.#auto;
    if (auto === null) return false;
    const { health, cause, isHelloDue } = auto;
    const learned = learn(auto);
    // The target of a reverse forward is on this side of the tunnel.
    const provenSince = isReverse(this.#target.service.connection) ? null : learned;
    if (provenSince !== null || auto.health !== health || auto.cause?.code !== cause?.code) {
      const kind = provenSince === null ? 'untried' : 'answered';
      const startedAt = provenSince ?? this.#tools.clock.now();
      this.#report({ startedAt, isStrict: false, evidence: { kind } }, null);
    }
    // The hello was already due and has its own schedule.
    if (isHelloDue || !auto.isHelloDue) return false;
    this.makeDue();
    return true;
  }

  #report(found: Pick<CheckReport, 'startedAt' | 'isStrict' | 'evidence'>, tookMs: number | null): void {
    this.#isSilent =
      found.evidence.kind === 'silent' || (this.#isSilent && found.evidence.kind !== 'answered');
    const { health, cause, mayHelp } = this.#judge;
    this.#onReport(this.tunnelId, { ...found, health, cause, mayHelp, tookMs });
  }
}

function judgeOf(spec: ProbeSpec, { service, trouble, traffic }: HealthTarget, clock: Clock): TargetJudge {
  if (spec.type === 'none') return unjudged;
  if (spec.type !== 'auto') return new CheckedTarget(spec, service);
  const { connection } = service;
  if (connection.technology === 'ssh' && connection.isDynamic === true) return new TransportJudge();
  return new AutoTarget({ clock, service, hello: spec.hello, trouble, traffic });
}

/** The service's check, with its local port inserted where needed: a URL without a host, a command's arguments. */
function probeSpecOf({ localPort: own, connection, healthCheck: { probe } }: ServiceSpec): ProbeSpec {
  const target = connection.technology === 'ssh' ? connection.localTarget : undefined;
  const localPort = target !== undefined && 'port' in target ? target.port : own;
  const host = localPort === 0 ? 'localhost' : `localhost:${localPort}`;
  if (probe.type === 'http' || probe.type === 'https') {
    return { ...probe, url: resolveProbeUrl(probe, host)?.href ?? probe.url };
  }
  if (probe.type !== 'exec') return probe;
  const [program, ...rest] = probe.argv;
  const words = rest.map((word) => word.replaceAll('{local_port}', String(localPort)));
  return { ...probe, argv: [program, ...words] };
}
