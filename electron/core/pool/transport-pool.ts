/**
 * All transports and their leases. A transport exists while a forward that uses it is on, or while it has an open
 * connection.
 */
import type { TriggerKind } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { defaultClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { contextPinOf } from '../kube/current-context.ts';
import type { OpenKubeSession } from '../kube/kube-sessions.ts';
import { type KubeAttachment, KubeTransport } from '../kube/kube-transport.ts';
import type { CarrierAttachment } from '../transport/carrier-attachment.ts';
import { type AttachRequest, type OpenCarrier, Transport } from '../transport/transport.ts';
import { type TransportKey, transportKeyOf } from '../transport/transport-key.ts';
import { type LeaseListener, TransportLease } from '../transport/transport-lease.ts';

export interface TransportPoolParts {
  /** Unique among the users of this runtime directory: files are named after it. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly openSsh: OpenCarrier;
  readonly openKube: OpenKubeSession;
  readonly launcher: ChildLauncher;
  /** The current environment of children. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  readonly isOnline: () => boolean;
  /** The facts that leases show may have changed. */
  readonly onChange: () => void;
}

/** For the state dump. */
export interface TransportReport {
  readonly transport: string;
  readonly status: string;
  /** Names of the services that lease it. */
  readonly services: readonly string[];
}

export class TransportPool {
  readonly #parts: TransportPoolParts;
  readonly #ssh = new Map<string, Transport>();
  readonly #kube = new Map<string, KubeTransport>();
  readonly #closing = new Set<Promise<void>>();
  /** Idle services are among them. */
  readonly #pinned = new Set<TransportLease>();
  #clusterHealth = defaultClusterHealth;
  #isSuspended = false;
  #soFar = 0;

  constructor(parts: TransportPoolParts) {
    this.#parts = parts;
  }

  /** Sets how clusters are monitored from now on. */
  configure(clusterHealth: ClusterHealthSpecs): void {
    this.#clusterHealth = clusterHealth;
    for (const transport of this.#kube.values()) transport.serve();
  }

  lease(listener: LeaseListener): TransportLease {
    return new TransportLease(listener, {
      find: (service, key) => (key.kind === 'ssh' ? this.#sshOf(key) : this.#kubeOf(key, service)),
      pin: (service) => contextPinOf(service, this.#parts.environment()),
      pinned: this.#pinned,
    });
  }

  /** Attaches a tunnel to the ssh connection of this service. */
  attach(request: AttachRequest): CarrierAttachment {
    const key = transportKeyOf(request.service);
    if (key?.kind !== 'ssh') throw new Error(`not an ssh service: ${request.service.name}`);
    return this.#sshOf(key).attach(request);
  }

  /** Attaches a tunnel to the session of this service's context. */
  attachKube(request: AttachRequest): KubeAttachment {
    const key = transportKeyOf(request.service);
    if (key?.kind !== 'kubernetes') throw new Error(`not a kubectl service: ${request.service.name}`);
    return this.#kubeOf(key, request.service).attach(request);
  }

  /** The network or the credentials have changed: transports that are down retry at once. */
  triggered(trigger: Extract<TriggerKind, 'network' | 'credentials'>): void {
    if (trigger === 'credentials') this.#checkContexts();
    for (const transport of this.#all()) transport.triggered(trigger);
  }

  /** Before sleep: no attempts or queries until `awake`. */
  suspend(): void {
    this.#isSuspended = true;
    for (const transport of this.#all()) transport.suspend();
  }

  /**
   * After a sleep: open connections are proven, and transports that are down retry. `certain` false: the computer
   * may not have slept, so attempts in progress continue.
   */
  awake(certain: boolean): void {
    this.#isSuspended = false;
    for (const transport of this.#all()) transport.interrupted(certain);
  }

  /** The network has changed: attempts in progress may never be answered. */
  networkChanged(certain: boolean): void {
    for (const transport of this.#all()) transport.interrupted(certain);
    this.triggered('network');
  }

  report(): readonly TransportReport[] {
    return this.#all().map(({ key, status, services }) => ({ transport: key.name, status, services }));
  }

  /** Stops all queries to API servers. Resolves when none is running. */
  async stopQueries(): Promise<void> {
    await Promise.all([...this.#kube.values()].map((transport) => transport.stopQueries()));
  }

  /** Closes every connection. */
  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    await Promise.all([...this.#all().map((transport) => transport.close(options)), ...this.#closing]);
  }

  /** May move leases to another transport. */
  #checkContexts(): void {
    for (const lease of [...this.#pinned]) lease.checkContext();
    // The user interface shows kubectl's current context.
    this.#parts.onChange();
  }

  #all(): readonly (Transport | KubeTransport)[] {
    return [...this.#ssh.values(), ...this.#kube.values()];
  }

  #sshOf(key: TransportKey): Transport {
    const known = this.#ssh.get(key.id);
    if (known !== undefined) return known;
    const transport = new Transport({
      ...this.#common(key),
      open: this.#parts.openSsh,
      onIdle: (idle) => {
        if (this.#ssh.get(key.id) === idle) this.#ssh.delete(key.id);
      },
    });
    if (this.#isSuspended) transport.suspend();
    this.#ssh.set(key.id, transport);
    return transport;
  }

  #kubeOf(key: TransportKey, { connection }: ServiceSpec): KubeTransport {
    const known = this.#kube.get(key.id);
    if (known !== undefined) return known;
    const { openKube, launcher, environment } = this.#parts;
    const { context, kubeconfig } =
      connection.technology === 'kubectl' ? connection : { context: null, kubeconfig: null };
    const transport = new KubeTransport({
      ...this.#common(key),
      cluster: { context, kubeconfig },
      openSession: openKube,
      launcher,
      environment,
      clusterHealth: () => this.#clusterHealth,
      onIdle: (idle) => {
        if (this.#kube.get(key.id) !== idle) return;
        this.#kube.delete(key.id);
        const closed = idle.close();
        this.#closing.add(closed);
        void closed.then(() => this.#closing.delete(closed));
      },
    });
    if (this.#isSuspended) transport.suspend();
    this.#kube.set(key.id, transport);
    return transport;
  }

  #common(key: TransportKey) {
    const { clock, log, random, isOnline, onChange, name } = this.#parts;
    return { key, id: `${name}-${String((this.#soFar += 1))}`, clock, log, random, isOnline, onChange };
  }
}
