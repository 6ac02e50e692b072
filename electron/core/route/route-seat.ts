/** One service's place on its route: what it tells the route, and what it is told. */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { holdCause, isNetworkFailure, isRouteAware, routeOf, type Route } from './route.ts';
import type { RouteMonitor } from './route-monitor.ts';

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
  /** When the route is asked next, monotonic ms, in the past while it is being asked; null: not by itself. */
  readonly nextQuestionAt: number | null;
  /** Travels on the route of this service from now on; null: it is off. Does nothing when nothing has changed. */
  take(service: ServiceSpec | null): void;
  /** A tunnel has come up. */
  reached(): void;
  /** A tunnel failed, or its checks did. */
  failed(cause: Cause): void;
  /** A client waits. */
  hurry(): void;
  /** The user wants a try, which the route holds back: it is asked at once. */
  demand(): void;
}

export interface SharedRoute {
  readonly route: Route;
  readonly monitor: RouteMonitor;
  readonly seats: Set<Seat>;
}

interface Seating {
  readonly enter: (seat: Seat, route: Route) => SharedRoute;
  readonly stay: (shared: SharedRoute) => void;
  readonly leave: (seat: Seat, shared: SharedRoute) => void;
}

export class Seat implements RouteSeat {
  readonly #listener: RouteListener;
  readonly #seating: Seating;
  #service: ServiceSpec | null = null;
  #shared: SharedRoute | null = null;
  /** What the service was told last, or could see when it sat down. */
  #told: Cause | null = null;

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

  get nextQuestionAt(): number | null {
    return this.#shared?.monitor.nextQuestionAt ?? null;
  }

  take(service: ServiceSpec | null): void {
    if (service === this.#service) return;
    this.#service = service;
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
    this.#shared?.monitor.reached();
  }

  failed(cause: Cause): void {
    if (this.#shared === null || this.#service === null) return;
    const { route, monitor } = this.#shared;
    if (isNetworkFailure(cause, route.kind)) monitor.suspect();
    else if (isRouteAware(this.#service)) monitor.wonder();
  }

  hurry(): void {
    this.#shared?.monitor.hurry();
  }

  demand(): void {
    this.#shared?.monitor.demand(this);
  }

  /** The user wants to know, and the route cannot be asked: a try is the only way left. */
  findOut(): void {
    if (this.hold !== null) this.#listener.onReleased();
  }

  /** The route has changed: tells the service what that means for it, if it is news. */
  lookUp(): void {
    const { hold } = this;
    const before = this.#told;
    this.#told = hold;
    if (hold === null && before !== null) this.#listener.onReleased();
    if (hold !== null && hold.evidence !== before?.evidence) this.#listener.onHeld(hold);
  }
}
