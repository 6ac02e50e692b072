/** Fakes of what a forward runner works with, typed by the same interfaces: tunnels, port and health that do as told. */
import type { Cause } from '../../../../shared/failure.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import type { ServiceSpec } from '../../../../shared/service-spec.ts';
import type { HealthEvents, HealthMonitorScheduler, HealthTarget } from '../../health/health-monitor.ts';
import type { ProbeResult } from '../../health/probe.ts';
import { silentLogger } from '../../observability/logger.ts';
import type {
  ClientPolicy,
  PortCounters,
  ServicePort,
  ServicePortListener,
  Upstream,
} from '../../relay/service-port.ts';
import type { RouteListener, RouteSeat } from '../../route/route-seat.ts';
import { FakeClock, settle } from '../../testing/fake-clock.ts';
import type {
  Endpoint,
  Tunnel,
  TunnelAdapter,
  TunnelEnd,
  TunnelRequest,
} from '../../tunnel/tunnel-adapter.ts';
import type { ForwardRunnerParts } from '../forward-runner.ts';

export class FakeTunnel implements Tunnel {
  readonly id: string;
  readonly service: ServiceSpec;
  readonly pid = 4711;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<TunnelEnd>;
  transport: 'alive' | 'dead' | 'unknown' = 'alive';
  isAlive = true;
  /** Once told to stop it ends only when `dies` says so. */
  isSlowToStop = false;
  #becomeReady!: (result: Result<Endpoint, Cause>) => void;
  #end!: (end: TunnelEnd) => void;
  #complain: (cause: Cause) => void = () => undefined;

  constructor({ id, service }: TunnelRequest) {
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

  proveTransport(): Promise<'alive' | 'dead' | 'unknown'> {
    return Promise.resolve(this.transport);
  }

  async comesUp(): Promise<void> {
    this.#becomeReady(ok({ kind: 'unix', path: `/sockets/${this.id}` }));
    await settle();
  }

  async dies(cause: Cause): Promise<void> {
    this.#finish(cause);
    await settle();
  }

  stop(): Promise<TunnelEnd> {
    if (!this.isSlowToStop) this.#finish(null);
    return this.ended;
  }

  #finish(cause: Cause | null): void {
    this.isAlive = false;
    this.#end({ cause, exitCode: null, signal: null, lastLines: [] });
  }
}

export class FakePort implements ServicePort {
  readonly events: ServicePortListener;
  isOpen = false;
  openResult: Result<readonly string[], Cause> = ok(['127.0.0.1:5432', '[::1]:5432']);
  upstream: Upstream | null = null;
  policy: ClientPolicy = 'hold';
  holdTimeoutMs: number | null = null;
  readonly #drains = new Map<string, () => void>();

  constructor(events: ServicePortListener) {
    this.events = events;
  }

  open(): Promise<Result<readonly string[], Cause>> {
    this.isOpen = this.openResult.ok;
    return Promise.resolve(this.openResult);
  }

  close(): Promise<void> {
    this.isOpen = false;
    return Promise.resolve();
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

  hasQueuedBytes(): boolean {
    return false;
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
  watched: { readonly target: HealthTarget; readonly events: HealthEvents } | null = null;
  probeAnswer: ProbeResult = { kind: 'passed', tookMs: 2 };
  probes = 0;

  watch(
    target: HealthTarget,
    events: HealthEvents,
  ): { probeNow(): Promise<ProbeResult>; stop(): Promise<void> } {
    const watched = { target, events };
    this.watched = watched;
    return {
      probeNow: () => {
        this.probes += 1;
        return Promise.resolve(this.probeAnswer);
      },
      stop: () => {
        if (this.watched === watched) this.watched = null;
        return Promise.resolve();
      },
    };
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

/** A seat on a route that is as the test says; `said` is what the runner told it. */
export class FakeSeat implements RouteSeat {
  nextQuestionAt: number | null = null;
  service: ServiceSpec | null = null;
  readonly said: string[] = [];
  readonly #listener: RouteListener;
  #down: Cause | null = null;

  constructor(listener: RouteListener) {
    this.#listener = listener;
  }

  /** Nothing for who does not travel. */
  get hold(): Cause | null {
    return this.service === null ? null : this.#down;
  }

  take(service: ServiceSpec | null): void {
    this.service = service;
  }

  reached(): void {
    this.said.push('reached');
  }

  failed(cause: Cause): void {
    this.said.push(`failed: ${cause.code}`);
  }

  gaveUp(): void {
    this.said.push('gave up');
  }

  hurry(): void {
    this.said.push('hurry');
  }

  demand(): void {
    this.said.push('demand');
  }

  goesDown(cause: Cause): void {
    this.#down = cause;
    this.#listener.onHeld(cause);
  }

  comesBack(): void {
    this.#down = null;
    this.#listener.onReleased();
  }
}

/** One clock, one health scheduler; ports and tunnels are listed in the order in which they came. */
export class FakeForwardWorld {
  readonly clock = new FakeClock();
  readonly health = new FakeHealth();
  readonly ports: FakePort[] = [];
  readonly tunnels: FakeTunnel[] = [];
  readonly seats: FakeSeat[] = [];
  isOnline = true;
  /** What `redact` hides. */
  secret = 'unlikely to be said';
  changes = 0;

  readonly adapter: TunnelAdapter = {
    open: (request) => {
      const tunnel = new FakeTunnel(request);
      this.tunnels.push(tunnel);
      return tunnel;
    },
  };

  parts(): ForwardRunnerParts {
    return {
      clock: this.clock,
      log: silentLogger,
      random: () => 0.5,
      adapterFor: () => this.adapter,
      createPort: (_service, events) => {
        const port = new FakePort(events);
        this.ports.push(port);
        return port;
      },
      health: this.health,
      takeSeat: (listener) => this.#takeSeat(listener),
      isOnline: () => this.isOnline,
      redact: (text) => text.replaceAll(this.secret, '[hidden]'),
      onChange: () => {
        this.changes += 1;
      },
    };
  }

  #takeSeat(listener: RouteListener): FakeSeat {
    const seat = new FakeSeat(listener);
    this.seats.push(seat);
    return seat;
  }

  get seat(): FakeSeat {
    return last(this.seats);
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
