/**
 * What forwards of one kube context share: a session through kubectl that carries them, the watch of the pod that
 * serves each of them, and the health of their cluster. Each of these can make a forward wait.
 */
import { asTransportDown, type Cause, describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { clusterHealthOf, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import { isKubeService, type KubeServiceSpec, ServedTarget } from './served-target.ts';
import { checkClusterWithRetries } from './cluster-check.ts';
import { ClusterMonitor } from './cluster-monitor.ts';
import { afterOutageMs } from './kube-api.ts';
import { goesThroughProxy } from './kube-proxies.ts';
import { KubeSessions, type KubeSessionsParts, type UsedSession } from './kube-sessions.ts';
import { isNetworkFailure } from '../transport/network-failure.ts';
import type { CarrierAttachment } from '../transport/carrier-attachment.ts';
import { SessionApi } from './session-api.ts';
import { type AttachRequest, Transport, type TransportParts } from '../transport/transport.ts';
import type { LeasedTransport, TransportLease } from '../transport/transport-lease.ts';

export interface KubeTransportParts
  extends Omit<TransportParts, 'open' | 'onIdle' | 'asDown'>, KubeSessionsParts {
  /** The current settings. */
  readonly clusterHealth: () => ClusterHealthSpecs;
  /** Unused: it may be closed and discarded. */
  readonly onIdle: (transport: KubeTransport) => void;
}

/** A tunnel's use of a session, and its target. */
export interface KubeAttachment {
  readonly carrierAttachment: CarrierAttachment;
  /** The final target and its namespace are known when `carrierAttachment` is ready. */
  readonly target: Pick<ServedTarget, 'namespace' | 'verdict' | 'onVerdict' | 'avoid'>;
  /** Streams in the session would bypass the user's proxy. Known when `carrierAttachment` is ready. */
  readonly isProxied: () => boolean;
  /** See `afterOutageMs`. */
  readonly isAfterOutage: () => boolean;
  /** Releases the target. Idempotent. */
  readonly leaveTarget: () => void;
}

const defaultNamespace = 'default';

export class KubeTransport implements LeasedTransport {
  readonly key;
  readonly #parts: KubeTransportParts;
  readonly #session: Transport;
  readonly #api = new SessionApi();
  #isEnding = false;
  /** By target id. */
  readonly #targets = new Map<string, ServedTarget>();
  /** Targets in the context's former namespace that tunnels still use. */
  readonly #formerTargets = new Set<ServedTarget>();
  /** Each one moves a tunnel that waits for a session to its current target. */
  readonly #waiting = new Set<() => void>();
  readonly #leases = new Map<TransportLease, ServedTarget | null>();
  readonly #monitor: ClusterMonitor;
  readonly #sessions: KubeSessions;
  /** The context's own namespace. null: not known yet. */
  #namespace: string | null = null;
  /** The closing of unused targets. */
  readonly #closing = new Set<Promise<void>>();

  constructor(parts: KubeTransportParts) {
    const { clock, log, key, onChange } = parts;
    this.key = key;
    this.#parts = parts;
    this.#sessions = new KubeSessions(parts, (used) => {
      this.#use(used);
    });
    this.#session = new Transport({
      ...parts,
      open: (opening, reports) => this.#sessions.start(opening, reports),
      asDown: (trouble) => this.#asDown(trouble),
      onIdle: () => {
        if (this.#targets.size === 0 && this.#formerTargets.size === 0) parts.onIdle(this);
      },
    });
    this.#monitor = new ClusterMonitor({
      title: key.title,
      clock,
      log,
      check: (signal) => this.#check(signal),
      onChange: () => {
        this.#refreshLeases();
      },
      onSchedule: onChange,
    });
  }

  get status(): string {
    const { status } = this.#session;
    return status === 'up' && this.#monitor.fault !== null ? 'unhealthy' : status;
  }

  get services(): readonly string[] {
    return this.#session.services;
  }

  // ---- for leases ----

  downFor(service: ServiceSpec): Cause | null {
    const trouble = this.#session.downFor();
    if (trouble !== null) return trouble;
    const fault = service.healthCheck.clusterAware ? this.#monitor.fault : null;
    if (fault !== null)
      return describeCause('cluster-unwell', {
        what: this.key.title,
        evidence: fault.evidence ?? undefined,
      });
    const missing = this.#targetOf(service)?.trouble ?? null;
    // The target is watched: an extra attempt for a client would not learn more.
    return missing === null ? null : { ...asTransportDown(missing), recheck: 'never' };
  }

  isCertain(service: ServiceSpec): boolean {
    return this.#session.downFor() === null && (this.#targetOf(service)?.trouble ?? null) !== null;
  }

  get nextTryAt(): number | null {
    if (this.#session.downFor() !== null) return this.#session.nextTryAt;
    // Pods are watched: no attempt is scheduled.
    return this.#monitor.fault === null ? null : this.#monitor.nextCheckAt;
  }

  noteFor(service: ServiceSpec): string | null {
    const verdict = this.#targetOf(service)?.verdict;
    const notes = [verdict?.kind === 'pod' ? verdict.note : null, this.#engineNote(service)];
    const present = notes.filter((note) => note !== null);
    return present.length === 0 ? null : present.join('; ');
  }

  join(lease: TransportLease): void {
    this.#leases.set(lease, this.#enter(lease));
    this.#session.join(lease);
    this.serve();
  }

  changed(lease: TransportLease): void {
    this.#move(lease);
    this.serve();
  }

  leave(lease: TransportLease): void {
    this.#leases.get(lease)?.leave(lease);
    this.#leases.delete(lease);
    this.serve();
    this.#session.leave(lease);
  }

  failed(service: ServiceSpec): void {
    if (service.healthCheck.clusterAware) this.#monitor.failed();
  }

  demand(): void {
    if (this.#session.downFor() !== null) this.#session.demand();
    this.#monitor.checkNow();
    for (const target of this.#targets.values()) target.retryNow();
  }

  // ---- for tunnels ----

  attach(request: AttachRequest): KubeAttachment {
    const { service } = request;
    if (!isKubeService(service)) throw new Error(`not a kubectl service: ${service.name}`);
    const user = {};
    let target = this.#targetFor(service);
    target.enter(user);
    const move = (): void => {
      const before = target;
      target = this.#targetFor(service);
      target.enter(user);
      if (before !== target) before.leave(user);
    };
    this.#waiting.add(move);
    const carrierAttachment = this.#session.attach(request);
    void carrierAttachment.ready.then(() => this.#waiting.delete(move));
    return {
      carrierAttachment,
      get target() {
        return target;
      },
      isProxied: () => this.#isProxied(),
      isAfterOutage: () => {
        const { outageAt } = this.#session;
        return outageAt !== null && this.#parts.clock.now() - outageAt < afterOutageMs;
      },
      leaveTarget: () => {
        this.#waiting.delete(move);
        target.leave(user);
      },
    };
  }

  // ---- for the pool ----

  /** Applies the current config. */
  serve(): void {
    const aware = [...this.#leases.keys()].some(({ service }) => service?.healthCheck.clusterAware === true);
    const { enabled, intervalMs, failureThreshold } = this.#healthSpec();
    this.#monitor.serve(aware && enabled ? { intervalMs, failureThreshold } : null);
  }

  triggered(trigger: 'network' | 'credentials'): void {
    this.#session.triggered(trigger);
    this.#monitor.checkNow();
    for (const target of this.#targets.values()) target.retryNow();
    if (trigger === 'credentials') void this.#renewIfOutdated();
  }

  suspend(): void {
    this.#session.suspend();
    this.#monitor.pause();
  }

  interrupted(certain: boolean): void {
    this.#session.interrupted(certain);
    this.#resumeMonitor();
  }

  /** Stops all queries to the API server. */
  async stopQueries(): Promise<void> {
    this.#isEnding = true;
    await Promise.all([
      this.#sessions.close(),
      this.#monitor.close(),
      ...[...this.#targets.values(), ...this.#formerTargets].map((target) => target.close()),
      ...this.#closing,
    ]);
  }

  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    await Promise.all([this.stopQueries(), this.#session.close(options)]);
  }

  #use(used: UsedSession | null): void {
    this.#api.use(used?.api ?? null);
    if (used === null) {
      this.#monitor.pause();
      return;
    }
    const { facts } = used;
    const namespace = (facts === null ? this.#namespace : facts.namespace) ?? defaultNamespace;
    const former = this.#namespace;
    this.#namespace = namespace;
    if (former !== null && former !== namespace) this.#leaveNamespace();
    for (const target of this.#targets.values()) target.begin(namespace);
    this.#resumeMonitor();
  }

  #resumeMonitor(): void {
    if (this.#sessions.used !== null && !this.#session.state.suspended) this.#monitor.resume();
  }

  /** kubectl proxy has read the kubeconfig only once, at its start. */
  async #renewIfOutdated(): Promise<void> {
    if (!(await this.#sessions.isOutdated())) return;
    const { log, key } = this.#parts;
    log.info(`${key.name}: the kubeconfig has changed`);
    this.#session.renew();
  }

  /** Pods in the former namespace keep serving their tunnels until those have moved. */
  #leaveNamespace(): void {
    for (const [id, target] of this.#targets) {
      if (target.hasOwnNamespace) continue;
      this.#targets.delete(id);
      this.#formerTargets.add(target);
    }
    for (const lease of [...this.#leases.keys()]) this.#move(lease);
    for (const move of this.#waiting) move();
    this.#refreshLeases();
  }

  #enter(lease: TransportLease): ServedTarget | null {
    const { service } = lease;
    if (service === null || !isKubeService(service)) return null;
    const target = this.#targetFor(service);
    target.enter(lease);
    return target;
  }

  /** To its service's current target. */
  #move(lease: TransportLease): void {
    const before = this.#leases.get(lease) ?? null;
    const target = this.#enter(lease);
    this.#leases.set(lease, target);
    if (before !== target) before?.leave(lease);
  }

  #targetFor(service: KubeServiceSpec): ServedTarget {
    const id = targetIdOf(service);
    const known = this.#targets.get(id);
    if (known !== undefined) return known;
    const target = new ServedTarget({
      api: this.#api,
      clock: this.#parts.clock,
      service,
      onUnused: () => {
        if (this.#targets.get(id) === target) this.#targets.delete(id);
        this.#formerTargets.delete(target);
        const closed = target.close();
        this.#closing.add(closed);
        void closed.then(() => this.#closing.delete(closed));
      },
    });
    target.onVerdict(() => {
      this.#refreshLeases();
    });
    this.#targets.set(id, target);
    const isOpen = this.#sessions.used !== null && !this.#isEnding;
    if (isOpen && this.#namespace !== null) target.begin(this.#namespace);
    return target;
  }

  #isProxied(): boolean {
    const facts = this.#sessions.used?.facts ?? null;
    return facts !== null && goesThroughProxy(facts, this.#parts.environment());
  }

  #engineNote({ connection }: ServiceSpec): string | null {
    if (connection.technology === 'kubectl' && connection.engine === 'kubectl')
      return 'uses its own kubectl port-forward';
    return this.#isProxied()
      ? 'uses its own kubectl port-forward, because kubectl goes through a proxy'
      : null;
  }

  #targetOf(service: ServiceSpec): ServedTarget | undefined {
    return isKubeService(service) ? this.#targets.get(targetIdOf(service)) : undefined;
  }

  #refreshLeases(): void {
    for (const lease of [...this.#leases.keys()]) lease.refresh();
    this.#parts.onChange();
  }

  #healthSpec() {
    return clusterHealthOf(this.#parts.clusterHealth(), this.#parts.cluster.context);
  }

  #check(signal: AbortSignal): Promise<Cause | null> {
    const services = [...this.#leases.keys()].flatMap(({ service }) => service ?? []);
    const aware = services.filter(isKubeService).filter(({ healthCheck }) => healthCheck.clusterAware);
    const namespaces = new Set(
      aware.map(({ connection }) => connection.namespace ?? this.#namespace ?? defaultNamespace),
    );
    return checkClusterWithRetries(
      { api: this.#api, settings: this.#healthSpec(), namespaces: [...namespaces], signal },
      {
        clock: this.#parts.clock,
        wasHealthy: () => this.#monitor.fault === null,
        warn: (line) => {
          this.#parts.log.warn(`${this.key.title} reports ${line}`);
        },
      },
    );
  }

  /**
   * Causes that need, or may need, an action of the user keep their own text: sign in, allow the local network.
   */
  #asDown(trouble: Cause): Cause {
    const isOwn =
      trouble.recovery === 'user' || trouble.code === 'local-network-denied' || !isNetworkFailure(trouble);
    if (isOwn) return asTransportDown(trouble);
    return describeCause('transport-down', {
      what: this.key.title,
      evidence: trouble.evidence ?? trouble.title,
    });
  }
}

/** Services with the same id share a pod. */
const targetIdOf = ({ connection: { target, namespace, remotePort } }: KubeServiceSpec): string =>
  JSON.stringify([target, namespace, remotePort]);
