/** Fake dependencies of a forward runner, typed by the same interfaces: tunnels, port and health that the test controls. */
import type { Cause } from '../../../../shared/failure.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import type { ServiceSpec } from '../../../../shared/service-spec.ts';
import type { CheckReport, TunnelEvidence } from '../../health/check-report.ts';
import type {
  HealthMonitor,
  HealthMonitorScheduler,
  HealthTarget,
  ReportListener,
} from '../../health/health-monitor.ts';
import { sleep, type Clock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import type {
  ClientPolicy,
  PortCounters,
  ServicePort,
  ServicePortListener,
  TunnelTraffic,
  Upstream,
} from '../../relay/service-port.ts';
import { FakeClock, settle } from '../../testing/fake-clock.ts';
import type { Endpoint } from '../../connect/endpoint.ts';
import type { TransportProof, CarrierEnd } from '../../transport/carrier.ts';
import { type LeaseListener, TransportLease } from '../../transport/transport-lease.ts';
import type { Tunnel, TunnelAdapter, TunnelRequest } from '../../tunnel/tunnel-adapter.ts';
import type { ForwardRunnerParts } from '../forward-runner.ts';

export class FakeTunnel implements Tunnel {
  readonly id: string;
  readonly service: ServiceSpec;
  readonly pid = 4711;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  transport: TransportProof = { kind: 'alive' };
  /** The arguments of `proveTransport`, and how long an answer takes. */
  readonly deadlines: number[] = [];
  answersAfterMs = 0;
  isAlive = true;
  /** After `stop` the tunnel ends only when `dies` is called. */
  isSlowToStop = false;
  readonly #clock: Clock;
  #becomeReady!: (result: Result<Endpoint, Cause>) => void;
  #end!: (end: CarrierEnd) => void;
  #complain: (cause: Cause) => void = () => undefined;

  constructor({ id, service }: TunnelRequest, clock: Clock) {
    this.#clock = clock;
    this.id = id;
    this.service = service;
    this.ready = new Promise((resolve) => (this.#becomeReady = resolve));
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  onComplaint(listener: (cause: Cause) => void): void {
    this.#complain = listener;
  }

  complain(cause: Cause): void {
    this.#complain(cause);
  }

  async proveTransport(deadlineMs: number): Promise<TransportProof> {
    this.deadlines.push(deadlineMs);
    const isInTime = this.answersAfterMs <= deadlineMs;
    await sleep(this.#clock, isInTime ? this.answersAfterMs : deadlineMs);
    return isInTime ? this.transport : { kind: 'silent' };
  }

  async comesUp(): Promise<void> {
    this.#becomeReady(ok({ kind: 'unix', path: `/sockets/${this.id}` }));
    await settle();
  }

  async dies(cause: Cause, end: Partial<CarrierEnd> = {}): Promise<void> {
    this.#finish(cause, end);
    await settle();
  }

  stop(): Promise<CarrierEnd> {
    if (!this.isSlowToStop) this.#finish(null);
    return this.ended;
  }

  #finish(cause: Cause | null, end: Partial<CarrierEnd> = {}): void {
    this.isAlive = false;
    this.#end({ cause, exitCode: null, signal: null, lastLines: [], ...end });
  }
}

export class FakePort implements ServicePort {
  readonly events: ServicePortListener;
  isOpen = false;
  openResult: Result<readonly string[], Cause> = ok(['127.0.0.1:5432', '[::1]:5432']);
  upstream: Upstream | null = null;
  policy: ClientPolicy = 'hold';
  readonly endedTunnels: string[] = [];
  holdTimeoutMs: number | null = null;
  /** After `close` the port closes only when `closes` is called. */
  isSlowToClose = false;
  #closeLate: () => void = () => undefined;
  readonly #drains = new Map<string, () => void>();

  constructor(events: ServicePortListener) {
    this.events = events;
  }

  get addresses(): readonly string[] {
    return this.isOpen && this.openResult.ok ? this.openResult.value : [];
  }

  open(): Promise<Result<readonly string[], Cause>> {
    this.isOpen = this.openResult.ok;
    return Promise.resolve(this.openResult);
  }

  close(): Promise<void> {
    if (!this.isSlowToClose) return this.#close();
    return new Promise((resolve) => {
      this.#closeLate = () => {
        void this.#close().then(resolve);
      };
    });
  }

  /** Finishes a slow close. */
  async closes(): Promise<void> {
    this.#closeLate();
    await settle();
  }

  #close(): Promise<void> {
    this.isOpen = false;
    return Promise.resolve();
  }

  tunnelEnded(tunnelId: string): void {
    this.endedTunnels.push(tunnelId);
  }

  distrust(): void {
    // Clients are none here.
  }

  setUpstream(upstream: Upstream | null): void {
    this.upstream = upstream;
  }

  setClientPolicy(policy: ClientPolicy): void {
    this.policy = policy;
  }

  setHoldTimeout(holdTimeoutMs: number): void {
    this.holdTimeoutMs = holdTimeoutMs;
  }

  bytesReceived(): number {
    return 0;
  }

  hasQueuedBytes(): boolean {
    return false;
  }

  traffic(): TunnelTraffic {
    return { isFlowing: false, lastOpenedAt: null };
  }

  drained(tunnelId: string): Promise<void> {
    return new Promise((resolve) => this.#drains.set(tunnelId, resolve));
  }

  async lastConnectionLeaves(tunnelId: string): Promise<void> {
    this.#drains.get(tunnelId)?.();
    await settle();
  }

  counters(): PortCounters {
    return { connections: 0, held: 0, bytesOut: 0, bytesIn: 0 };
  }
}

export class FakeHealth implements HealthMonitorScheduler {
  watched: { readonly target: HealthTarget; readonly onReport: ReportListener } | null = null;
  /** The result of a proof; null: it stays under way until `answerProof`. */
  evidence: TunnelEvidence | null = { kind: 'answered' };
  proofs = 0;
  hurriedChecks = 0;
  /** The calls to the watched tunnel's monitor: `answered`, `target-refused`, `forget`. */
  readonly heard: string[] = [];
  health: CheckReport['health'] = 'unknown';
  readonly #clock: FakeClock;
  #pending: { readonly startedAt: number; readonly resolve: (kind: TunnelEvidence['kind']) => void }[] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  watch(target: HealthTarget, onReport: ReportListener): HealthMonitor {
    const watched = { target, onReport };
    this.watched = watched;
    this.health = 'unknown';
    return {
      prove: () => {
        this.proofs += 1;
        const startedAt = this.#clock.now();
        const proof = new Promise<TunnelEvidence['kind']>((resolve) =>
          this.#pending.push({ startedAt, resolve }),
        );
        if (this.evidence !== null) this.answerProof(this.evidence);
        return proof;
      },
      checkNow: () => {
        this.hurriedChecks += 1;
      },
      observe: (evidence) => void this.heard.push(evidence.kind),
      complained: (cause) => void this.heard.push(cause.code),
      forgetTarget: () => void this.heard.push('forget'),
      stop: () => {
        if (this.watched === watched) this.watched = null;
        return Promise.resolve();
      },
    };
  }

  /** A regular check of the watched tunnel has passed. */
  passes(evidence: TunnelEvidence = { kind: 'answered' }): void {
    this.health = 'healthy';
    this.#report({ evidence, isStrict: false, tookMs: 2 });
  }

  /** Regular checks have failed as often as the threshold requires. */
  fails(cause: Cause, mayHelp = true): void {
    this.health = 'unhealthy';
    this.#report({ evidence: { kind: mayHelp ? 'none' : 'answered' }, isStrict: false, cause, mayHelp });
  }

  /** All proofs under way end with this result. */
  answerProof(evidence: TunnelEvidence): void {
    if (evidence.kind === 'answered') this.health = 'healthy';
    for (const { startedAt, resolve } of this.#pending.splice(0)) {
      this.#report({ startedAt, evidence, isStrict: true });
      resolve(evidence.kind);
    }
  }

  #report(found: Pick<CheckReport, 'evidence' | 'isStrict'> & Partial<CheckReport>): void {
    const { target, onReport } = this.watched ?? {};
    if (target === undefined || onReport === undefined) return;
    onReport(target.tunnelId, {
      startedAt: this.#clock.now(),
      health: this.health,
      cause: null,
      mayHelp: false,
      tookMs: null,
      ...found,
    });
  }

  pause(): void {
    throw new Error('a runner pauses nobody');
  }

  resume(): void {
    throw new Error('a runner resumes nobody');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  active(): number {
    return this.watched === null ? 0 : 1;
  }
}

/** A lease of a transport that the test controls; `said` records what the runner told it. */
export class FakeLease extends TransportLease {
  readonly said: string[] = [];
  #leased: ServiceSpec | null = null;
  #down: Cause | null = null;
  tryAt: number | null = null;

  constructor(listener: LeaseListener) {
    super(listener, {
      find: () => {
        throw new Error('a fake leases nothing');
      },
      pin: () => null,
      pinned: new Set(),
    });
  }

  override get service(): ServiceSpec | null {
    return this.#leased;
  }

  /** Nothing if the service leases nothing. */
  override get down(): Cause | null {
    return this.#leased === null ? null : this.#down;
  }

  override get nextTryAt(): number | null {
    return this.tryAt;
  }

  override take(service: ServiceSpec | null): void {
    this.#leased = service;
  }

  override failed(cause: Cause): void {
    this.said.push(`failed: ${cause.code}`);
  }

  override demand(): void {
    this.said.push('demand');
  }

  goesDown(cause: Cause): void {
    this.#down = cause;
    this.listener.onDown(cause);
  }

  comesBack(): void {
    this.#down = null;
    this.listener.onUp();
  }
}

/** One clock, one health scheduler; ports and tunnels are listed in the order of their creation. */
export class FakeForwardWorld {
  readonly clock = new FakeClock();
  readonly health = new FakeHealth(this.clock);
  readonly ports: FakePort[] = [];
  readonly tunnels: FakeTunnel[] = [];
  /** Lines of the log at level info. */
  readonly logged: string[] = [];
  readonly leases: FakeLease[] = [];
  isOnline = true;
  /** What `redact` hides. */
  secret = 'unlikely to be said';
  changes = 0;
  configRechecks = 0;

  readonly adapter: TunnelAdapter = {
    open: (request) => {
      const tunnel = new FakeTunnel(request, this.clock);
      this.tunnels.push(tunnel);
      return tunnel;
    },
  };

  parts(service = 'postgres'): ForwardRunnerParts {
    return {
      clock: this.clock,
      log: { ...silentLogger, info: (message) => void this.logged.push(message) },
      random: () => 0.5,
      adapterFor: () => this.adapter,
      createPort: (_service, events) => {
        const port = new FakePort(events);
        this.ports.push(port);
        return port;
      },
      health: this.health,
      lease: (listener) => this.#lease(listener),
      isOnline: () => this.isOnline,
      tunnelId: (number) => `${service}#${number}`,
      redact: (text) => text.replaceAll(this.secret, '[hidden]'),
      onChange: () => {
        this.changes += 1;
      },
      recheckConfig: () => {
        this.configRechecks += 1;
      },
    };
  }

  #lease(listener: LeaseListener): FakeLease {
    const lease = new FakeLease(listener);
    this.leases.push(lease);
    return lease;
  }

  get transport(): FakeLease {
    return last(this.leases);
  }

  get port(): FakePort {
    return last(this.ports);
  }

  get tunnel(): FakeTunnel {
    return last(this.tunnels);
  }
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error('nothing there yet');
  return item;
}
