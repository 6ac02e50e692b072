/**
 * What forwards of one kube context share: a session through kubectl that carries them, which pod serves each of them, and whether
 * their cluster is well. Each may be why a forward has to wait.
 */
import { asTransportDown, type Cause, describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { sleep } from '../clock.ts';
import { clusterHealthOf, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import { isKubeService, type KubeServiceSpec, ServedTarget } from '../kube/served-target.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import type { Carrier } from './carrier.ts';
import { examineCluster, type ExaminationTerms, readWarnings } from './cluster-examination.ts';
import { ClusterMonitor } from './cluster-monitor.ts';
import { type ContextFacts, readContextFacts } from './context-facts.ts';
import { goesThroughProxy } from './kube-proxies.ts';
import { createKubeRequests } from './kube-requests.ts';
import type { ClusterChoice } from './kubectl-flags.ts';
import { isNetworkFailure } from './network-failure.ts';
import type { Ride } from './ride.ts';
import { SessionApi } from './session-api.ts';
import {
  type Boarding,
  type CarrierOpening,
  type OpenCarrier,
  Transport,
  type TransportParts,
} from './transport.ts';
import type { LeasedTransport, TransportLease } from './transport-lease.ts';

/** Starts a session. Never throws: every failure is the value of `ready` and `ended`. */
export type OpenKubeSession = (
  opening: CarrierOpening,
  cluster: ClusterChoice,
  reports: Parameters<OpenCarrier>[1],
) => Carrier;

export interface KubeTransportParts extends Omit<TransportParts, 'open' | 'onIdle' | 'asDown'> {
  readonly cluster: ClusterChoice;
  readonly launcher: ChildLauncher;
  readonly openSession: OpenKubeSession;
  /** What kubectl gets: it may name proxies. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  /** As they are at the time. */
  readonly clusterHealth: () => ClusterHealthSpecs;
  /** Nobody uses it: it may be closed and forgotten. */
  readonly onIdle: (transport: KubeTransport) => void;
}

/** A tunnel's place in a session, and where it leads. */
export interface KubePlace {
  readonly ride: Ride;
  readonly target: Pick<ServedTarget, 'verdict' | 'onVerdict' | 'avoid'>;
  /** The namespace of the present pod. Known once the ride is ready. */
  readonly namespace: () => Promise<string>;
  /** Streams in the session would not go through the user's proxy. Known once the ride is ready. */
  readonly isProxied: () => Promise<boolean>;
  /** An API server that has just started refuses what it allows 3 s later. */
  readonly isAfterOutage: () => boolean;
  /** The target is not used any more. Idempotent. */
  readonly leaveTarget: () => void;
}

const defaultNamespace = 'default';
const retryPauseMs = 1_000;
/** For how long after an outage 403 means no more than that. */
const afterOutageMs = 60_000;

export class KubeTransport implements LeasedTransport {
  readonly key;
  readonly #parts: KubeTransportParts;
  readonly #session: Transport;
  readonly #api = new SessionApi();
  readonly #ending = new AbortController();
  readonly #targets = new Map<string, ServedTarget>();
  readonly #leases = new Map<TransportLease, ServedTarget | null>();
  readonly #monitor: ClusterMonitor;
  #serving: Carrier | null = null;
  #facts: Promise<ContextFacts | null> = Promise.resolve(null);
  #fingerprint: string | null = null;
  #namespace: string | null = null;
  readonly #closing = new Set<Promise<void>>();

  constructor(parts: KubeTransportParts) {
    const { clock, log, key, onChange } = parts;
    this.key = key;
    this.#parts = parts;
    this.#session = new Transport({
      ...parts,
      open: (opening, reports) => this.#open(opening, reports),
      asDown: (trouble) => this.#asDown(trouble),
      onIdle: () => {
        if (this.#targets.size === 0) parts.onIdle(this);
      },
    });
    this.#monitor = new ClusterMonitor({
      title: key.title,
      clock,
      log,
      examine: (signal) => this.#examine(signal),
      onChange: () => {
        this.#lookUp();
      },
      onSchedule: onChange,
    });
  }

  get status(): string {
    const { status } = this.#session.state.situation;
    return status === 'up' && this.#monitor.unwell !== null ? 'unwell' : status;
  }

  get services(): readonly string[] {
    return this.#session.services;
  }

  // ---- for leases ----

  downFor(service: ServiceSpec): Cause | null {
    const trouble = this.#session.downFor();
    if (trouble !== null) return trouble;
    const unwell = service.healthCheck.clusterAware ? this.#monitor.unwell : null;
    if (unwell !== null)
      return describeCause('cluster-unwell', {
        what: this.key.title,
        evidence: unwell.evidence ?? undefined,
      });
    const missing = this.#targetOf(service)?.trouble ?? null;
    // It is watched: a try for a client would find out nothing more.
    return missing === null ? null : { ...asTransportDown(missing), recheck: 'never' };
  }

  isCertain(service: ServiceSpec): boolean {
    return this.#session.downFor() === null && (this.#targetOf(service)?.trouble ?? null) !== null;
  }

  get nextTryAt(): number | null {
    return this.#session.downFor() === null ? this.#monitor.nextQuestionAt : this.#session.nextTryAt;
  }

  noteFor(service: ServiceSpec): string | null {
    const verdict = this.#targetOf(service)?.verdict;
    return verdict?.kind === 'pod' ? verdict.note : null;
  }

  join(lease: TransportLease): void {
    this.#leases.set(lease, this.#enter(lease));
    this.#session.join(lease);
    this.serve();
  }

  changed(lease: TransportLease): void {
    const before = this.#leases.get(lease) ?? null;
    this.#leases.set(lease, this.#enter(lease));
    if (before !== this.#leases.get(lease)) before?.leave(lease);
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
    this.#monitor.askNow();
    for (const target of this.#targets.values()) target.retryNow();
  }

  // ---- for tunnels ----

  board(boarding: Boarding): KubePlace {
    const { service } = boarding;
    if (!isKubeService(service)) throw new Error(`not a kubectl service: ${service.name}`);
    const target = this.#use(service);
    const user = {};
    target.enter(user);
    return {
      ride: this.#session.board(boarding),
      target,
      namespace: async () =>
        service.connection.namespace ?? (await this.#facts)?.namespace ?? defaultNamespace,
      isProxied: async () => {
        const facts = await this.#facts;
        return facts !== null && goesThroughProxy(facts, this.#parts.environment());
      },
      isAfterOutage: () => {
        const { outageAt } = this.#session;
        return outageAt !== null && this.#parts.clock.now() - outageAt < afterOutageMs;
      },
      leaveTarget: () => {
        target.leave(user);
      },
    };
  }

  // ---- for the pool ----

  /** As the config says by now. */
  serve(): void {
    const aware = [...this.#leases.keys()].some(({ service }) => service?.healthCheck.clusterAware === true);
    const { enabled, intervalMs, failureThreshold } = this.#healthSpec();
    this.#monitor.serve(aware && enabled ? { intervalMs, failureThreshold } : null);
  }

  triggered(trigger: 'network' | 'credentials'): void {
    this.#session.triggered(trigger);
    this.#monitor.askNow();
    for (const target of this.#targets.values()) target.retryNow();
    if (trigger === 'credentials') void this.#lookForAnother();
  }

  suspend(): void {
    this.#session.suspend();
    this.#monitor.pause();
  }

  interrupted(certain: boolean): void {
    this.#session.interrupted(certain);
    if (this.#serving !== null) this.#monitor.resume();
  }

  /** Nothing is asked any more. */
  async closeQuestions(): Promise<void> {
    this.#ending.abort();
    await Promise.all([
      this.#monitor.close(),
      ...[...this.#targets.values()].map((target) => target.close()),
      ...this.#closing,
    ]);
  }

  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    await Promise.all([this.closeQuestions(), this.#session.close(options)]);
    await this.#facts;
  }

  #open(opening: CarrierOpening, reports: Parameters<OpenCarrier>[1]): Carrier {
    const { cluster, openSession, launcher, clock } = this.#parts;
    const facts = readContextFacts(cluster, { launcher, clock, signal: this.#ending.signal });
    this.#facts = facts;
    const session = openSession(opening, cluster, reports);
    void session.ready.then(async (result) => {
      if (!result.ok || result.value.kind !== 'unix') return;
      const found = await facts;
      if (this.#ending.signal.aborted) return;
      this.#serving = session;
      this.#fingerprint = found?.fingerprint ?? null;
      this.#namespace = found?.namespace ?? defaultNamespace;
      this.#api.use(createKubeRequests(result.value.path, clock));
      for (const target of this.#targets.values()) target.begin(this.#namespace);
      this.#monitor.resume();
    });
    void session.ended.then(() => {
      if (this.#serving !== session) return;
      this.#serving = null;
      this.#api.use(null);
      this.#monitor.pause();
    });
    return session;
  }

  /** kubectl proxy has read the kubeconfig once: what it says by now may be another cluster, user or certificate. */
  async #lookForAnother(): Promise<void> {
    const before = this.#fingerprint;
    if (before === null) return;
    const { cluster, launcher, clock, log, key } = this.#parts;
    const facts = await readContextFacts(cluster, { launcher, clock, signal: this.#ending.signal });
    if (facts === null || facts.fingerprint === before || this.#fingerprint !== before) return;
    log.info(`${key.name}: the kubeconfig has changed`);
    this.#fingerprint = null;
    this.#session.renew();
  }

  #enter(lease: TransportLease): ServedTarget | null {
    const { service } = lease;
    if (service === null || !isKubeService(service)) return null;
    const target = this.#use(service);
    target.enter(lease);
    return target;
  }

  #use(service: KubeServiceSpec): ServedTarget {
    const id = targetIdOf(service);
    const known = this.#targets.get(id);
    if (known !== undefined) return known;
    const target = new ServedTarget({
      api: this.#api,
      clock: this.#parts.clock,
      service,
      onUnused: () => {
        this.#targets.delete(id);
        const closed = target.close();
        this.#closing.add(closed);
        void closed.then(() => this.#closing.delete(closed));
      },
    });
    target.onVerdict(() => {
      this.#lookUp();
    });
    this.#targets.set(id, target);
    if (this.#serving !== null && this.#namespace !== null) target.begin(this.#namespace);
    return target;
  }

  #targetOf(service: ServiceSpec): ServedTarget | undefined {
    return isKubeService(service) ? this.#targets.get(targetIdOf(service)) : undefined;
  }

  #lookUp(): void {
    for (const lease of [...this.#leases.keys()]) lease.lookUp();
    this.#parts.onChange();
  }

  #healthSpec() {
    return clusterHealthOf(this.#parts.clusterHealth(), this.#parts.cluster.context);
  }

  /** A question that failed is repeated as the config says before it is believed. */
  async #examine(signal: AbortSignal): Promise<Cause | null> {
    const settings = this.#healthSpec();
    const services = [...this.#leases.keys()].flatMap(({ service }) => service ?? []);
    const aware = services.filter(isKubeService).filter(({ healthCheck }) => healthCheck.clusterAware);
    const namespaces = new Set(
      aware.map(({ connection }) => connection.namespace ?? this.#namespace ?? defaultNamespace),
    );
    const terms: ExaminationTerms = {
      api: this.#api,
      settings,
      namespaces: [...namespaces],
      signal: AbortSignal.any([signal, this.#ending.signal]),
    };
    let fault = await examineCluster(terms);
    for (
      let attempt = 0;
      fault !== null && attempt < settings.retryAttempts && this.#monitor.unwell === null;
      attempt += 1
    ) {
      if (!(await sleep(this.#parts.clock, retryPauseMs, terms.signal))) break;
      fault = await examineCluster(terms);
    }
    if (
      fault !== null &&
      this.#monitor.unwell === null &&
      settings.commands.eventsOnFailure &&
      !terms.signal.aborted
    )
      for (const line of await readWarnings(terms)) this.#parts.log.warn(`${this.key.title} reports ${line}`);
    return fault;
  }

  /** What the user has to do, or may have to, is told in its own words: sign in, allow the local network. */
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

/** Services with the same lead to the same pod. */
const targetIdOf = ({ connection: { target, namespace, remotePort } }: KubeServiceSpec): string =>
  JSON.stringify([target, namespace, remotePort]);
