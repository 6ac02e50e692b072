/**
 * Performs what the forward machine decides for one service: opens the port, starts and ends tunnels, keeps one timer,
 * watches health, and turns everything that happens into events.
 *
 * 1. Events are handled one after the other; an effect's consequence is a later event, never a nested one.
 * 2. After a tunnel was told to stop, only its end is reported, with cause null.
 * 3. Opening and closing the port never overlap.
 */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { assertNever } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { describeRoute, type ServiceSpec } from '../../../shared/service-spec.ts';
import type { ServiceChangeKind } from '../config/config-differ.ts';
import type { Clock, Timer } from '../clock.ts';
import { describeFailedCheck } from '../health/check-cause.ts';
import type { HealthMonitor, HealthMonitorScheduler } from '../health/health-monitor.ts';
import type { Logger } from '../observability/logger.ts';
import type { ServicePort, ServicePortListener } from '../relay/service-port.ts';
import type { Endpoint, Tunnel, TunnelAdapter } from '../tunnel/tunnel-adapter.ts';
import { standingOf, transition } from './forward-machine.ts';
import {
  initialForwardState,
  type Effect,
  type ForwardEvent,
  type ForwardState,
  type ProbeReason,
  type Standing,
  type TunnelNumber,
} from './forward-state.ts';

/** The one probe after a wake or a suspicion has this long, in ms. */
const probeNowDeadlineMs = 3_000;
/** Connections through a dead tunnel get this long to notice, in ms. */
const deadDrainMs = 30_000;

export interface ForwardRunnerParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly adapterFor: (service: ServiceSpec) => TunnelAdapter;
  readonly createPort: (service: ServiceSpec, listener: ServicePortListener) => ServicePort;
  readonly health: HealthMonitorScheduler;
  /** False when no network interface is up: unreachable hosts are then no failure of the service. */
  readonly isOnline: () => boolean;
  /** Something in the snapshot changed. */
  readonly onChange: () => void;
}

interface RunningTunnel {
  readonly tunnel: Tunnel;
  endpoint: Endpoint | null;
  stopRequested: boolean;
}

export class ForwardRunner {
  #service: ServiceSpec;
  readonly #parts: ForwardRunnerParts;
  readonly #port: ServicePort;
  readonly #tunnels = new Map<TunnelNumber, RunningTunnel>();
  readonly #inbox: ForwardEvent[] = [];
  #state: ForwardState = initialForwardState;
  #standing: Standing = standingOf(initialForwardState);
  #timer: Timer | null = null;
  #monitor: HealthMonitor | null = null;
  #portWork: Promise<void> = Promise.resolve();
  #portOpening = false;
  #addresses: readonly string[] = [];
  #phaseSince: number;
  #checkMs: number | null = null;
  #isHandling = false;
  readonly #offWaiters: (() => void)[] = [];

  constructor(service: ServiceSpec, parts: ForwardRunnerParts) {
    this.#service = service;
    this.#parts = parts;
    this.#phaseSince = parts.clock.wallNow();
    this.#port = parts.createPort(service, {
      onDemand: () => {
        this.dispatch({ type: 'triggered', trigger: 'demand' });
      },
      onUpstreamFailure: (tunnelId, finding) => {
        const tunnel = this.#numberOf(tunnelId);
        if (tunnel === null) return;
        this.#parts.log.warn(`a client could not be connected: ${finding}`);
        this.dispatch({ type: 'suspected', tunnel });
      },
    });
  }

  get service(): ServiceSpec {
    return this.#service;
  }

  get state(): ForwardState {
    return this.#state;
  }

  /** Hands one event to the machine and performs what follows. */
  dispatch(event: ForwardEvent): void {
    this.#inbox.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#handle(next);
    this.#isHandling = false;
    this.#parts.onChange();
  }

  /** Takes over a changed entry of the config; the local port and the technology must be the same. */
  update(service: ServiceSpec, changes: ReadonlySet<ServiceChangeKind>): void {
    this.#service = service;
    if (changes.has('hold')) this.#port.setHoldTimeout(service.holdTimeoutMs);
    if (changes.has('health-check')) this.#watchHealth(this.#standing.watched);
    if (changes.has('connection') || changes.has('problem')) this.dispatch({ type: 'reconfigured' });
    else this.#parts.onChange();
  }

  /** Resolves when the service is off: no tunnel alive, port free. */
  whenOff(): Promise<void> {
    if (this.#state.situation.phase === 'off') return Promise.resolve();
    return new Promise((resolve) => this.#offWaiters.push(resolve));
  }

  /** Kills what is still alive. */
  async forceStop(): Promise<void> {
    await Promise.all([...this.#tunnels.values()].map(({ tunnel }) => tunnel.stop({ force: true })));
  }

  snapshot(): ServiceSnapshot {
    const { situation, desired, health, cause, history, lastTunnel } = this.#state;
    const counters = this.#port.counters();
    const current = situation.phase === 'connecting' || situation.phase === 'up' ? situation.tunnel : null;
    return {
      name: this.#service.name,
      technology: this.#service.connection.technology,
      description: this.#service.description,
      tags: this.#service.tags,
      route: describeRoute(this.#service.connection),
      localPort: this.#service.localPort,
      addresses: this.#addresses,
      desired,
      phase: situation.phase,
      health,
      cause,
      pid: current === null ? null : (this.#tunnels.get(current)?.tunnel.pid ?? null),
      since: this.#phaseSince,
      nextRetryAt: situation.phase === 'retrying' ? this.#wallTimeOf(situation.retryAt) : null,
      attempt: history.failures,
      restarts: Math.max(0, lastTunnel - 1),
      connections: counters.connections,
      held: counters.held,
      bytesOut: counters.bytesOut,
      bytesIn: counters.bytesIn,
      checkMs: situation.phase === 'up' ? this.#checkMs : null,
    };
  }

  #handle(event: ForwardEvent): void {
    const before = this.#state;
    const context = {
      now: this.#parts.clock.now(),
      random: this.#parts.random(),
      policy: this.#service.restartPolicy,
    };
    const { state, effects } = transition(before, event, context);
    this.#state = state;
    this.#logStep(before, event);
    if (before.situation.phase !== state.situation.phase) this.#phaseSince = this.#parts.clock.wallNow();
    for (const effect of effects) this.#perform(effect);
    this.#adjust(standingOf(state));
    if (state.situation.phase === 'off') for (const resolve of this.#offWaiters.splice(0)) resolve();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'open-port':
        this.#openPort();
        return;
      case 'close-port':
        this.#closePort();
        return;
      case 'start-tunnel':
        this.#startTunnel(effect.tunnel);
        return;
      case 'stop-tunnel':
        this.#stopTunnel(effect.tunnel);
        return;
      case 'drain-tunnel':
        this.#drainTunnel(effect.tunnel, effect.dead);
        return;
      case 'probe-now':
        void this.#probeNow(effect.tunnel, effect.reason);
        return;
      default:
        assertNever(effect, 'effect');
    }
  }

  // ---- port ----

  #openPort(): void {
    if (this.#portOpening) return;
    this.#portOpening = true;
    this.#portWork = this.#portWork.then(async () => {
      const result = await this.#port.open();
      this.#portOpening = false;
      this.#addresses = result.ok ? result.value : [];
      this.dispatch(result.ok ? { type: 'port-opened' } : { type: 'port-failed', cause: result.error });
    });
  }

  #closePort(): void {
    this.#portWork = this.#portWork.then(async () => {
      await this.#port.close();
      this.#addresses = [];
      this.dispatch({ type: 'port-closed' });
    });
  }

  // ---- tunnels ----

  #startTunnel(number: TunnelNumber): void {
    const { problem } = this.#service;
    if (problem !== null) {
      this.dispatch({ type: 'tunnel-ended', tunnel: number, cause: problem });
      return;
    }
    const id = this.#idOf(number);
    const tunnel = this.#parts
      .adapterFor(this.#service)
      .open({ id, service: this.#service, log: this.#parts.log });
    const running: RunningTunnel = { tunnel, endpoint: null, stopRequested: false };
    this.#tunnels.set(number, running);
    tunnel.onComplaint((cause) => {
      this.#parts.log.warn(`${cause.title}: ${cause.evidence ?? ''}`);
      this.dispatch({ type: 'complained', tunnel: number, cause });
    });
    void tunnel.ready.then((result) => {
      if (!result.ok || running.stopRequested || !this.#tunnels.has(number)) return;
      running.endpoint = result.value;
      this.dispatch({ type: 'tunnel-ready', tunnel: number });
    });
    void tunnel.ended.then((end) => {
      this.#tunnels.delete(number);
      const cause = running.stopRequested
        ? null
        : this.#sparedWhenOffline(end.cause ?? describeCause('exited'));
      this.dispatch({ type: 'tunnel-ended', tunnel: number, cause });
    });
  }

  #stopTunnel(number: TunnelNumber): void {
    const running = this.#tunnels.get(number);
    if (running === undefined) return;
    running.stopRequested = true;
    void running.tunnel.stop();
  }

  #drainTunnel(number: TunnelNumber, dead: boolean): void {
    const end = (): void => {
      deadline?.cancel();
      this.#stopTunnel(number);
    };
    const deadline = dead ? this.#parts.clock.after(deadDrainMs, end) : null;
    void this.#port.drained(this.#idOf(number)).then(end);
  }

  /** Without any network, an unreachable host says nothing about the service: it waits instead of failing. */
  #sparedWhenOffline(cause: Cause): Cause {
    const fromNetwork = ['host-unreachable', 'name-not-found', 'timed-out'].includes(cause.code);
    if (!fromNetwork || this.#parts.isOnline()) return cause;
    return describeCause('network-down', { evidence: cause.evidence ?? undefined });
  }

  // ---- health ----

  #watchHealth(watched: TunnelNumber | null): void {
    void this.#monitor?.stop();
    this.#monitor = null;
    const endpoint = watched === null ? null : this.#tunnels.get(watched)?.endpoint;
    if (watched === null || endpoint === null || endpoint === undefined) return;
    this.#checkMs = null;
    this.#monitor = this.#parts.health.watch(
      { service: this.#service, tunnelId: this.#idOf(watched), endpoint },
      {
        onHealthy: () => {
          this.dispatch({ type: 'healthy', tunnel: watched });
        },
        onUnhealthy: (_tunnelId, cause) => {
          this.dispatch({ type: 'unhealthy', tunnel: watched, cause });
        },
        onCheck: (_tunnelId, report) => {
          if (report.kind === 'check-passed') this.#checkMs = report.tookMs;
          this.#parts.onChange();
        },
      },
    );
  }

  async #probeNow(tunnel: TunnelNumber, reason: ProbeReason): Promise<void> {
    const monitor = this.#monitor;
    if (monitor === null) return;
    const result = await monitor.probeNow(probeNowDeadlineMs);
    if (monitor !== this.#monitor || result.kind === 'cancelled') return;
    if (result.kind === 'failed') {
      this.dispatch({
        type: 'probe-failed',
        tunnel,
        cause: describeFailedCheck(result, this.#service.healthCheck),
      });
    } else if (reason === 'interruption') {
      await this.#proveTransport(tunnel);
    }
  }

  /** An open connection proves nothing of an opaque protocol: then the tunnel itself is asked. */
  async #proveTransport(number: TunnelNumber): Promise<void> {
    const tunnel = this.#tunnels.get(number)?.tunnel;
    if (tunnel === undefined || this.#service.healthCheck.probe.type !== 'tcp') return;
    switch (await tunnel.proveTransport(probeNowDeadlineMs)) {
      case 'alive':
        return;
      case 'unknown':
        this.dispatch({ type: 'unproven', tunnel: number });
        return;
      case 'dead':
        this.dispatch({
          type: 'probe-failed',
          tunnel: number,
          cause: describeCause('timed-out', { what: 'The tunnel' }),
        });
        return;
    }
  }

  // ---- what holds ----

  #adjust(wanted: Standing): void {
    const before = this.#standing;
    this.#standing = wanted;
    this.#direct(wanted.clients, before.clients);
    if (wanted.watched !== before.watched) this.#watchHealth(wanted.watched);
    if (wanted.dueAt !== before.dueAt) this.#setTimer(wanted.dueAt);
  }

  #direct(clients: Standing['clients'], before: Standing['clients']): void {
    if (clients.kind === 'route') {
      if (before.kind === 'route' && before.tunnel === clients.tunnel) return;
      const endpoint = this.#tunnels.get(clients.tunnel)?.endpoint;
      if (endpoint === undefined || endpoint === null)
        throw new Error(`tunnel ${clients.tunnel} is up without an endpoint`);
      this.#port.setUpstream({ tunnelId: this.#idOf(clients.tunnel), endpoint });
      return;
    }
    if (clients.kind === before.kind) return;
    this.#port.setUpstream(null);
    this.#port.setClientPolicy(clients.kind);
  }

  #setTimer(dueAt: number | null): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (dueAt === null) return;
    this.#timer = this.#parts.clock.after(dueAt - this.#parts.clock.now(), () => {
      this.#timer = null;
      // The machine may ask for the same time again when it was woken a moment too early.
      this.#standing = { ...this.#standing, dueAt: null };
      this.dispatch({ type: 'due' });
    });
  }

  // ---- words ----

  #idOf(number: TunnelNumber): string {
    return `${this.#service.name}#${number}`;
  }

  #numberOf(tunnelId: string): TunnelNumber | null {
    return [...this.#tunnels.keys()].find((number) => this.#idOf(number) === tunnelId) ?? null;
  }

  #wallTimeOf(monotonicMs: number): number {
    return Math.round(this.#parts.clock.wallNow() + monotonicMs - this.#parts.clock.now());
  }

  #logStep(before: ForwardState, event: ForwardEvent): void {
    const { situation, cause } = this.#state;
    if (situation.phase === before.situation.phase && cause?.title === before.cause?.title) return;
    const why =
      cause === null ? '' : `: ${cause.title}${cause.evidence === null ? '' : ` (${cause.evidence})`}`;
    this.#parts.log.info(`${before.situation.phase} → ${situation.phase} after ${event.type}${why}`);
  }
}
