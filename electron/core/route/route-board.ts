/**
 * All routes, and who travels on them. A service takes its seat while it is on; a route has a monitor for as long as
 * somebody sits on it.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { clusterHealthOf, defaultClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import { holdCause, isRouteAware, routeOf, isNetworkFailure, type Route } from './route.ts';
import { RouteMonitor } from './route-monitor.ts';
import type { RouteProber } from './route-prober.ts';
import type { RoutePace } from './route-verdict.ts';

/** What a service is told of its route. */
export interface RouteListener {
  /** Start no tunnel before `onReleased`: it could only fail. Told again when the reason changes. */
  readonly onHeld: (cause: Cause) => void;
  readonly onReleased: () => void;
}

/** A service's place on its route. */
export interface RouteSeat {
  /** Why no tunnel should be started now; null: nothing speaks against it. */
  readonly hold: Cause | null;
  /** Travels on the route of this service from now on; null: it is off. Does nothing when nothing has changed. */
  take(service: ServiceSpec | null): void;
  /** A tunnel has come up. */
  reached(): void;
  /** A tunnel failed, or its checks did. */
  failed(cause: Cause): void;
  /** No try is left after the failure just told. If it may have been the route's, see `maxProofs`. */
  gaveUp(): void;
  /** A client waits. */
  hurry(): void;
}

/**
 * How often a service that has given up takes an open route for a reason to try anew, until it comes up itself. A route
 * that flaps uses up tries without ever being found down. But a service must come to rest, and one that fails for a
 * reason of its own gets no more tries than its policy says.
 */
const maxProofs = 3;

export interface RouteBoardParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** The prober of a route. Clusters are asked as these settings say at the time. */
  readonly createProber: (route: Route, clusterHealth: () => ClusterHealthSpecs) => RouteProber;
}

/** For the state dump. */
export interface RouteReport {
  readonly route: string;
  readonly state: 'open' | 'unreachable' | 'unwell';
  /** Names of those that travel on it. */
  readonly services: readonly string[];
}

interface SharedRoute {
  readonly route: Route;
  readonly monitor: RouteMonitor;
  readonly seats: Set<Seat>;
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
    const { clock, log, createProber } = this.#parts;
    const seats = new Set<Seat>();
    const monitor = new RouteMonitor({
      route,
      clock,
      log,
      prober: createProber(route, () => this.#clusterHealth),
      onChange: () => {
        for (const seat of [...seats]) seat.lookUp();
      },
      onProven: () => {
        for (const seat of [...seats]) seat.takeHeart();
      },
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

interface Seating {
  readonly enter: (seat: Seat, route: Route) => SharedRoute;
  readonly stay: (shared: SharedRoute) => void;
  readonly leave: (seat: Seat, shared: SharedRoute) => void;
}

class Seat implements RouteSeat {
  readonly #listener: RouteListener;
  readonly #seating: Seating;
  #service: ServiceSpec | null = null;
  #shared: SharedRoute | null = null;
  /** What the service was told last, or could see when it sat down. */
  #told: Cause | null = null;
  /** Its last failure may have been the route's. */
  #isRouteSuspect = false;
  #hasGivenUp = false;
  #proofsLeft = maxProofs;

  constructor(listener: RouteListener, seating: Seating) {
    this.#listener = listener;
    this.#seating = seating;
  }

  get service(): ServiceSpec | null {
    return this.#service;
  }

  get hold(): Cause | null {
    if (this.#shared === null || this.#service === null) return null;
    const { route, monitor } = this.#shared;
    const { state } = monitor;
    if (state.status !== 'down') return null;
    if (state.reach === 'unwell' && !isRouteAware(this.#service)) return null;
    return holdCause(route, state.reach, state.cause);
  }

  take(service: ServiceSpec | null): void {
    if (service === this.#service) return;
    this.#service = service;
    this.#startAfresh();
    const route = service === null ? null : routeOf(service.connection);
    if (this.#shared !== null && this.#shared.route.id !== route?.id) {
      this.#seating.leave(this, this.#shared);
      this.#shared = null;
    }
    if (route !== null) {
      if (this.#shared === null) this.#shared = this.#seating.enter(this, route);
      else this.#seating.stay(this.#shared);
    }
    const wasHeld = this.#told !== null;
    this.#told = this.hold;
    if (service !== null && wasHeld && this.#told === null) this.#listener.onReleased();
  }

  reached(): void {
    this.#startAfresh();
    this.#shared?.monitor.reached();
  }

  gaveUp(): void {
    this.#hasGivenUp = this.#isRouteSuspect;
  }

  failed(cause: Cause): void {
    if (this.#shared === null || this.#service === null) return;
    const { route, monitor } = this.#shared;
    this.#isRouteSuspect = isNetworkFailure(cause, route.kind);
    if (this.#isRouteSuspect) monitor.suspect();
    else if (isRouteAware(this.#service)) monitor.wonder();
  }

  hurry(): void {
    this.#shared?.monitor.hurry();
  }

  /** The route is known to be open: tells the service if it had stopped trying. */
  takeHeart(): void {
    if (!this.#hasGivenUp || this.#proofsLeft === 0 || this.hold !== null) return;
    this.#hasGivenUp = false;
    this.#proofsLeft -= 1;
    this.#listener.onReleased();
  }

  /** The route has changed: tells the service what that means for it, if it is news. */
  lookUp(): void {
    const { hold } = this;
    const before = this.#told;
    this.#told = hold;
    if (hold !== null) this.#hasGivenUp = false;
    if (hold === null && before !== null) this.#listener.onReleased();
    if (hold !== null && hold.evidence !== before?.evidence) this.#listener.onHeld(hold);
  }

  #startAfresh(): void {
    this.#hasGivenUp = false;
    this.#proofsLeft = maxProofs;
  }
}
