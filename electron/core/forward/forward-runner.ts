/**
 * Performs what the forward machine decides for one service, and turns everything that happens into events. Events are
 * handled one at a time; the consequence of an effect is a later event, never a nested one.
 */
import { isDeepStrictEqual } from 'node:util';
import { markedStep } from '../../../shared/log-line.ts';
import { assertNever, err } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { describeRoute, isReverse, remoteAddressIn } from '../../../shared/route-text.ts';
import { schemeIn } from '../../../shared/service-scheme.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ServiceChangeKind } from '../config/config-differ.ts';
import type { Clock, Timer } from '../clock.ts';
import type { HealthMonitorScheduler } from '../health/health-monitor.ts';
import type { Logger } from '../observability/logger.ts';
import type { ServicePort, ServicePortListener } from '../relay/service-port.ts';
import type { LeaseListener, TransportLease } from '../transport/transport-lease.ts';
import type { TunnelAdapter } from '../tunnel/tunnel-adapter.ts';
import { outputsOf, transition } from './forward-machine.ts';
import {
  initialForwardState,
  type ClientPolicy,
  type Effect,
  type ForwardEvent,
  type ForwardEventType,
  type ForwardState,
  type Outputs,
  type TransitionContext,
  type TunnelNumber,
} from './forward-state.ts';
import { newsOf, transportFailureIn, type StepNews } from './forward-news.ts';
import { HealthWatch } from './health-watch.ts';
import { LiveTunnels } from './live-tunnels.ts';
import { nextRetryAt } from './next-retry.ts';
import type { DayHistory } from '../observability/day-history.ts';
import { OutageWatch } from './outage-watch.ts';
import { isExhausted } from '../restart-policy.ts';
import { UnusedWatch } from './unused-watch.ts';

export interface ForwardRunnerParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly adapterFor: (service: ServiceSpec) => TunnelAdapter;
  readonly createPort: (service: ServiceSpec, listener: ServicePortListener) => ServicePort;
  readonly health: HealthMonitorScheduler;
  /** Binds the service to the transport that it shares with others. */
  readonly lease: (listener: LeaseListener) => TransportLease;
  readonly isOnline: () => boolean;
  readonly redact: (text: string) => string;
  /** Unique for the life of the host: files are named after it, and an earlier runner of this name may still be stopping. */
  readonly tunnelId: (number: TunnelNumber) => string;
  /** Something in the snapshot changed. */
  readonly onChange: () => void;
  /** A service with a config problem is due for its re-check: reads the config again. */
  readonly recheckConfig: () => void;
}

interface Waiter {
  readonly isMet: (state: ForwardState) => boolean;
  readonly resolve: () => void;
}

export class ForwardRunner {
  #service: ServiceSpec;
  readonly #parts: ForwardRunnerParts;
  readonly #port: ServicePort;
  readonly #tunnels: LiveTunnels;
  readonly #health: HealthWatch;
  readonly #transport: TransportLease;
  readonly #outages: OutageWatch;
  readonly #unused: UnusedWatch;
  readonly #inbox: ForwardEvent[] = [];
  #isHandling = false;
  #isOpeningPort = false;
  #hasChanged = false;
  #state: ForwardState = initialForwardState;
  #outputs: Outputs = outputsOf(initialForwardState);
  /** Where clients were last sent. */
  #clients: ClientPolicy = this.#outputs.clients;
  #timer: Timer | null = null;
  #phaseSince: number;
  #waiters: readonly Waiter[] = [];

  constructor(service: ServiceSpec, parts: ForwardRunnerParts) {
    this.#service = service;
    this.#parts = parts;
    this.#phaseSince = parts.clock.wallNow();
    this.#outages = new OutageWatch(parts);
    const tell = (event: ForwardEvent): void => {
      this.dispatch(event);
    };
    this.#port = parts.createPort(service, {
      onDemand: () => {
        tell({ type: 'triggered', trigger: 'demand' });
      },
      onSuspicion: (tunnelId, finding) => {
        const tunnel = this.#tunnels.numberOf(tunnelId);
        if (tunnel === null) return;
        parts.log.debug(`tunnel ${tunnel} is suspected: ${finding}`);
        this.#health.suspect(tunnel);
      },
      onEvidence: (tunnelId, evidence) => {
        const tunnel = this.#tunnels.numberOf(tunnelId);
        if (tunnel !== null) this.#health.observe(tunnel, evidence);
      },
    });
    this.#tunnels = new LiveTunnels({
      ...parts,
      port: this.#port,
      tell,
      onSuspicion: (number) => {
        this.#health.suspect(number);
      },
    });
    this.#health = new HealthWatch({
      clock: parts.clock,
      scheduler: parts.health,
      tunnels: this.#tunnels,
      port: this.#port,
      tell,
    });
    this.#unused = new UnusedWatch({
      clock: parts.clock,
      port: this.#port,
      onUnused: () => {
        tell({ type: 'unused' });
      },
    });
    this.#transport = parts.lease({
      onDown: (cause) => {
        tell({ type: 'transport-down', cause });
      },
      onUp: () => {
        tell({ type: 'triggered', trigger: 'transport-up' });
      },
      onSuspected: () => {
        if (this.#outputs.watched !== null) this.#health.suspect(this.#outputs.watched);
      },
      onRenewed: () => {
        tell({ type: 'retry-forced' });
      },
      onMoved: () => {
        tell({ type: 'reconfigured' });
      },
      clientsWait: () => this.#port.counters().held > 0,
    });
  }

  get service(): ServiceSpec {
    return this.#service;
  }

  get state(): ForwardState {
    return this.#state;
  }

  /** Passes one event to the machine and performs the effects. */
  dispatch(event: ForwardEvent): void {
    this.#inbox.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#handle(next);
    } finally {
      // Even if handling one event throws, the next one must be handled.
      this.#isHandling = false;
    }
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    this.#parts.onChange();
  }

  /** Applies a changed config entry; the local port must be the same. */
  update(service: ServiceSpec, changes: ReadonlySet<ServiceChangeKind>): void {
    this.#service = service;
    this.#leaseTransport();
    if (changes.has('hold')) this.#port.setHoldTimeout(service.holdTimeoutMs);
    if (changes.has('health-check')) {
      this.#health.forgetTarget();
      this.#watchHealth(this.#outputs);
    }
    this.#hasChanged = true;
    if (changes.has('connection') || changes.has('problem')) this.dispatch({ type: 'reconfigured' });
    else if (changes.has('restart-policy') || changes.has('start-timeout') || changes.has('on-demand'))
      this.dispatch({ type: 'triggered', trigger: 'config' });
    else this.#parts.onChange();
  }

  /** A process that may be one of this service's tunnels was stopped (SIGSTOP). */
  processStopped(pid: number): void {
    this.#tunnels.processStopped(pid);
  }

  /** Resolves when the service is off: no tunnel alive, port free. */
  whenOff(): Promise<void> {
    return this.#when(({ situation }) => situation.phase === 'off');
  }

  /** Resolves when a service that was turned off has released its port. */
  whenPortFree(): Promise<void> {
    return this.#when(
      ({ situation }) => situation.phase === 'off' || (situation.phase === 'stopping' && !situation.portOpen),
    );
  }

  /** Kills the tunnels that are still alive. */
  forceStop(): Promise<void> {
    return this.#tunnels.forceStop();
  }

  /** When the service was up and down during the last day, and why. */
  get day(): DayHistory {
    return this.#outages.day;
  }

  snapshot(): ServiceSnapshot {
    const { situation, desired, health, cause, history, lastTunnel, startedFromIdle } = this.#state;
    const service = this.#service;
    const { note, otherContext } = this.#transport;
    const hasTunnel = situation.phase === 'connecting' || situation.phase === 'up';
    const current = hasTunnel ? situation.tunnel : null;
    return {
      name: service.name,
      technology: service.connection.technology,
      description: service.description,
      tags: service.tags,
      ...(service.guard === undefined ? {} : { guard: service.guard }),
      ...(service.autoOffMs === undefined ? {} : { autoOffMs: service.autoOffMs }),
      ...(service.unusedMs === undefined ? {} : { unusedMs: service.unusedMs }),
      route: describeRoute((this.#transport.service ?? service).connection),
      ...(note === null ? {} : { note }),
      ...(otherContext === null ? {} : { otherContext }),
      ...schemeIn(service),
      localPort: service.localPort,
      bind: service.bind,
      ...(service.localSocket === undefined ? {} : { localSocket: service.localSocket }),
      ...remoteAddressIn(service),
      configuredPort: null,
      // A reverse forward has no local address: its port only tells where its ssh connects to.
      addresses: isReverse(service.connection) ? [] : this.#port.addresses,
      desired,
      phase: situation.phase,
      health,
      cause,
      pid: current === null ? null : this.#tunnels.pidOf(current),
      since: this.#phaseSince,
      nextRetryAt: this.#nextRetryAt(),
      attempt: history.failures,
      exhausted: isExhausted(history, service.restartPolicy),
      restarts: Math.max(0, lastTunnel - 1 - startedFromIdle),
      outages: this.#outages.past,
      ...this.#port.counters(),
      checkMs: this.#health.lastCheckMs,
    };
  }

  #handle(event: ForwardEvent): void {
    const before = this.#state;
    const { clock, random } = this.#parts;
    const { restartPolicy: policy } = this.#service;
    const port = this.#port;
    const transport = this.#transport;
    const context: TransitionContext = {
      now: clock.now(),
      random: random(),
      policy,
      onDemand: this.#service.unusedMs !== undefined && this.#service.problem === null,
      transportDown: this.#transport.down,
      get clientsWait() {
        return port.counters().held > 0 && !transport.isCertain;
      },
    };
    const { state, effects } = transition(before, event, context);
    this.#state = state;
    // Most checks find the same as the previous one.
    this.#hasChanged ||= !isDeepStrictEqual(state, before);
    this.#leaseTransport();
    this.#tellTransport(event, before);
    this.#logStep(newsOf(before, event, { after: state, now: context.now }));
    if (before.situation.phase !== state.situation.phase) this.#phaseSince = clock.wallNow();
    this.#outages.observe(state);
    this.#tellHealth(event);
    for (const effect of effects) this.#perform(effect);
    this.#adjust(outputsOf(state));
    const met = this.#waiters.filter(({ isMet }) => isMet(state));
    this.#waiters = this.#waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }

  #logStep(news: StepNews | null): void {
    if (news === null) return;
    const { words, step } = news;
    if (words === null) this.#parts.log.debug(markedStep(step));
    else this.#parts.log.info(`${words} ${markedStep(step)}`);
  }

  /** A service leases its transport while it is on and not idle. A service with a config problem leases nothing. */
  #leaseTransport(): void {
    const isRunnable = this.#state.desired === 'on' && this.#service.problem === null;
    this.#transport.take(isRunnable ? this.#service : null, this.#state.situation.phase !== 'idle');
  }

  #tellTransport(event: ForwardEvent, before: ForwardState): void {
    const failure = transportFailureIn(event, before);
    if (failure !== null) this.#transport.failed(failure);
  }

  #tellHealth(event: ForwardEvent): void {
    if (event.type === 'complained') this.#health.complained(event.tunnel, event.cause);
    else if (mayChangeTarget(event)) this.#health.forgetTarget();
  }

  #when(isMet: (state: ForwardState) => boolean): Promise<void> {
    if (isMet(this.#state)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters = [...this.#waiters, { isMet, resolve }];
    });
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'open-port':
        void this.#openPort();
        return;
      case 'close-port':
        void this.#port.close().then(() => {
          this.dispatch({ type: 'port-closed' });
        });
        return;
      case 'start-tunnel':
        this.#tunnels.start(effect.tunnel, this.#transport.service ?? this.#service, effect.forced);
        return;
      case 'stop-tunnel':
        this.#tunnels.stop(effect.tunnel);
        return;
      case 'drain-tunnel':
        this.#tunnels.drain(effect.tunnel);
        return;
      case 'ask-transport':
        this.#transport.demand();
        return;
      default:
        assertNever(effect, 'effect');
    }
  }

  async #openPort(): Promise<void> {
    const { localPort, problem } = this.#service;
    if (this.#isOpeningPort) return;
    this.#isOpeningPort = true;
    // The port is not known, and 0 would open a random one.
    const opened = localPort === 0 && problem !== null ? err(problem) : await this.#port.open();
    this.#isOpeningPort = false;
    this.dispatch(opened.ok ? { type: 'port-opened' } : { type: 'port-failed', cause: opened.error });
  }

  #adjust(wanted: Outputs): void {
    const before = this.#outputs;
    this.#outputs = wanted;
    this.#directClients(wanted);
    if (wanted.watched !== before.watched) this.#watchHealth(wanted);
    else if (wanted.debt !== null && wanted.debt.since !== before.debt?.since)
      this.#health.demandProof(wanted.debt.strict);
    if (wanted.dueAt !== before.dueAt) this.#setTimer(wanted.dueAt);
    this.#unused.watch(wanted.watched === null ? null : (this.#service.unusedMs ?? null));
  }

  #directClients({ clients, watched }: Outputs): void {
    // An exec check connects like a client and must get through, or nothing could ever prove the tunnel.
    const isExec = this.#service.healthCheck.probe.type === 'exec';
    const wanted: ClientPolicy =
      isExec && watched !== null && clients.kind === 'hold'
        ? { kind: 'tunnel', tunnel: watched, isTrusted: true }
        : clients;
    const before = this.#clients;
    this.#clients = wanted;
    if (wanted.kind === 'tunnel') {
      const isSame =
        before.kind === 'tunnel' && before.tunnel === wanted.tunnel && before.isTrusted === wanted.isTrusted;
      if (!isSame) this.#port.setUpstream(this.#tunnels.upstreamOf(wanted.tunnel, wanted.isTrusted));
    } else if (wanted.kind !== before.kind) {
      this.#port.setUpstream(null);
      this.#port.setClientPolicy(wanted.kind);
    }
  }

  #watchHealth({ watched, clients }: Outputs): void {
    const upstream = watched === null ? null : this.#tunnels.upstreamOf(watched, true);
    if (watched === null || upstream === null) {
      this.#health.unwatch();
      return;
    }
    this.#health.watch(watched, this.#service, upstream);
    // Only a proof ends the hold, and a new monitor does not know that one is owed.
    if (clients.kind === 'hold') this.#health.demandProof(true);
  }

  #setTimer(dueAt: number | null): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (dueAt === null) return;
    const { clock } = this.#parts;
    this.#timer = clock.after(dueAt - clock.now(), () => {
      this.#timer = null;
      // Reset, so that the machine can ask for the same time again if the timer fired slightly too early.
      this.#outputs = { ...this.#outputs, dueAt: null };
      const isRecheck = this.#service.problem !== null && this.#state.situation.phase === 'failed';
      if (isRecheck) this.#parts.recheckConfig();
      this.dispatch({ type: 'due' });
    });
  }

  /** Epoch ms. */
  #nextRetryAt(): number | null {
    const { clock } = this.#parts;
    const at = nextRetryAt(this.#state, this.#transport);
    return at === null ? null : Math.round(clock.wallNow() + at - clock.now());
  }
}

/** Whether a failing target may work after this event, or may be a different target. */
function mayChangeTarget(event: ForwardEvent): boolean {
  if (event.type !== 'triggered') return targetChanges.has(event.type);
  const { trigger, certain = true } = event;
  return trigger === 'user' || (certain && (trigger === 'wake' || trigger === 'network'));
}

const targetChanges: ReadonlySet<ForwardEventType> = new Set(['turned-off', 'retry-forced', 'reconfigured']);
