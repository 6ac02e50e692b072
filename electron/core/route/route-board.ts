/**
 * All routes, and who travels on them. A service takes its seat while it is on; a route has a monitor for as long as
 * somebody sits on it.
 */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { clusterHealthOf, defaultClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import { isRouteAware, type Route } from './route.ts';
import { RouteMonitor } from './route-monitor.ts';
import type { RouteProber } from './route-prober.ts';
import { Seat, type RouteListener, type RouteSeat, type SharedRoute } from './route-seat.ts';
import type { RoutePace } from './route-verdict.ts';

export interface RouteBoardParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** The prober of a route. Clusters are asked as these settings say at the time. */
  readonly createProber: (route: Route, clusterHealth: () => ClusterHealthSpecs) => RouteProber;
  /** Some seat's `nextQuestionAt` is another one. */
  readonly onSchedule: () => void;
}

/** For the state dump. */
export interface RouteReport {
  readonly route: string;
  readonly state: 'open' | 'unreachable' | 'unwell';
  /** Names of those that travel on it. */
  readonly services: readonly string[];
}

export class RouteBoard {
  readonly #parts: RouteBoardParts;
  readonly #routes = new Map<string, SharedRoute>();
  readonly #closing = new Set<Promise<void>>();
  #clusterHealth = defaultClusterHealth;
  #isPaused = false;

  constructor(parts: RouteBoardParts) {
    this.#parts = parts;
  }

  /** How clusters are watched, from now on. */
  configure(clusterHealth: ClusterHealthSpecs): void {
    this.#clusterHealth = clusterHealth;
    for (const shared of this.#routes.values()) this.#serve(shared);
  }

  seat(listener: RouteListener): RouteSeat {
    return new Seat(listener, {
      enter: (seat, route) => this.#enter(seat, route),
      stay: (shared) => {
        this.#serve(shared);
      },
      leave: (seat, shared) => {
        this.#leave(seat, shared);
      },
    });
  }

  /** The network or the credentials are others now: every route that is down is asked at once. */
  refresh(): void {
    for (const { monitor } of this.#routes.values()) monitor.refresh();
  }

  report(): readonly RouteReport[] {
    return [...this.#routes.values()].map(({ route, monitor: { state }, seats }) => ({
      route: route.id,
      state: state.status === 'open' ? 'open' : state.reach,
      services: [...seats].flatMap(({ service }) => service?.name ?? []),
    }));
  }

  /** Before sleep: asks nothing until `resume`, which asks for every route that is down. */
  pause(): void {
    this.#isPaused = true;
    for (const { monitor } of this.#routes.values()) monitor.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const { monitor } of this.#routes.values()) monitor.resume();
  }

  /** Asks nothing any more. Resolves when no question is under way. */
  async close(): Promise<void> {
    for (const { monitor } of this.#routes.values()) this.#close(monitor);
    await Promise.all(this.#closing);
  }

  #enter(seat: Seat, route: Route): SharedRoute {
    const shared = this.#routes.get(route.id) ?? this.#open(route);
    shared.seats.add(seat);
    this.#serve(shared);
    return shared;
  }

  #open(route: Route): SharedRoute {
    const { clock, log, createProber, onSchedule } = this.#parts;
    const seats = new Set<Seat>();
    const monitor = new RouteMonitor({
      route,
      clock,
      log,
      prober: createProber(route, () => this.#clusterHealth),
      onChange: () => {
        for (const seat of [...seats]) seat.lookUp();
      },
      onUnasked: (askers) => {
        for (const seat of [...seats]) if (askers.has(seat)) seat.findOut();
      },
      onSchedule,
    });
    if (this.#isPaused) monitor.pause();
    const shared = { route, monitor, seats };
    this.#routes.set(route.id, shared);
    return shared;
  }

  #serve({ route, monitor, seats }: SharedRoute): void {
    const services = [...seats].flatMap(({ service }) => service ?? []);
    monitor.serve(services, this.#paceOf(route, services));
  }

  /** null: a cluster that is not to be asked. */
  #paceOf(route: Route, services: readonly ServiceSpec[]): RoutePace | null {
    if (route.kind === 'ssh') return { intervalMs: null, failureThreshold: 1 };
    const { enabled, intervalMs, failureThreshold } = clusterHealthOf(this.#clusterHealth, route.context);
    if (!enabled) return null;
    return { intervalMs: services.some(isRouteAware) ? intervalMs : null, failureThreshold };
  }

  #leave(seat: Seat, shared: SharedRoute): void {
    shared.seats.delete(seat);
    if (shared.seats.size > 0) {
      this.#serve(shared);
      return;
    }
    this.#routes.delete(shared.route.id);
    this.#close(shared.monitor);
  }

  #close(monitor: RouteMonitor): void {
    const closed = monitor.close();
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }
}
