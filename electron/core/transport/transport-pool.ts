/**
 * All transports, and who leases them. A transport exists for as long as a forward that goes by it is on, or something of it is
 * open.
 */
import type { TriggerKind } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { defaultClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import type { ClusterProber } from './cluster-question.ts';
import { ClusterTransport } from './cluster-transport.ts';
import type { Ride } from './ride.ts';
import { type Boarding, type OpenCarrier, Transport } from './transport.ts';
import { type TransportKey, transportKeyOf } from './transport-key.ts';
import type { ClusterChoice } from './kubectl-flags.ts';
import { type LeaseListener, TransportLease } from './transport-lease.ts';

export interface TransportPoolParts {
  /** Of all that uses this runtime directory no other: files are named after it. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly openSsh: OpenCarrier;
  /** The prober of a context; null: the current one. It asks as these settings say at the time. */
  readonly createProber: (cluster: ClusterPlace, clusterHealth: () => ClusterHealthSpecs) => ClusterProber;
  readonly isOnline: () => boolean;
  /** What leases show may be another one. */
  readonly onChange: () => void;
}

export interface ClusterPlace extends ClusterChoice {
  /** The subject of a sentence: `The cluster prod`. */
  readonly title: string;
}

/** For the state dump. */
export interface TransportReport {
  readonly transport: string;
  readonly status: string;
  /** Names of those that lease it. */
  readonly services: readonly string[];
}

export class TransportPool {
  readonly #parts: TransportPoolParts;
  readonly #ssh = new Map<string, Transport>();
  readonly #clusters = new Map<string, ClusterTransport>();
  readonly #closing = new Set<Promise<void>>();
  #clusterHealth = defaultClusterHealth;
  #isSuspended = false;
  #soFar = 0;

  constructor(parts: TransportPoolParts) {
    this.#parts = parts;
  }

  /** How clusters are watched, from now on. */
  configure(clusterHealth: ClusterHealthSpecs): void {
    this.#clusterHealth = clusterHealth;
    for (const cluster of this.#clusters.values()) cluster.serve();
  }

  lease(listener: LeaseListener): TransportLease {
    return new TransportLease(listener, (service, key) =>
      key.kind === 'ssh' ? this.#sshOf(key) : this.#clusterOf(key, service),
    );
  }

  /** A place on the ssh connection of this service. */
  board(boarding: Boarding): Ride {
    const key = transportKeyOf(boarding.service);
    if (key?.kind !== 'ssh') throw new Error(`not an ssh service: ${boarding.service.name}`);
    return this.#sshOf(key).board(boarding);
  }

  /** The network or the credentials are others now: what is down is tried at once. */
  triggered(trigger: Extract<TriggerKind, 'network' | 'credentials'>): void {
    for (const transport of this.#all()) transport.triggered(trigger);
  }

  /** Before sleep: nothing is tried or asked until `interrupted`. */
  suspend(): void {
    this.#isSuspended = true;
    for (const transport of this.#all()) transport.suspend();
  }

  /**
   * After a sleep: what is open proves itself, what is down is tried. `certain` false: there may have been none, and what is
   * being opened goes on.
   */
  awake(certain: boolean): void {
    this.#isSuspended = false;
    for (const transport of this.#all()) transport.interrupted(certain);
  }

  /** Another network: what is being opened may never be answered. */
  networkChanged(certain: boolean): void {
    for (const transport of this.#ssh.values()) transport.interrupted(certain);
    this.triggered('network');
  }

  report(): readonly TransportReport[] {
    return [
      ...[...this.#ssh.values()].map(({ key, state, services }) => ({
        transport: key.name,
        status: state.situation.status,
        services,
      })),
      ...[...this.#clusters.values()].map(({ key, status, services }) => ({
        transport: key.name,
        status,
        services,
      })),
    ];
  }

  /** No cluster is asked any more. Resolves when no question is under way. */
  async closeClusters(): Promise<void> {
    await Promise.all([...[...this.#clusters.values()].map((cluster) => cluster.close()), ...this.#closing]);
  }

  /** Ends every connection. */
  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    await Promise.all([...this.#ssh.values()].map((transport) => transport.close(options)));
  }

  #all(): readonly (Transport | ClusterTransport)[] {
    return [...this.#ssh.values(), ...this.#clusters.values()];
  }

  #sshOf(key: TransportKey): Transport {
    const known = this.#ssh.get(key.id);
    if (known !== undefined) return known;
    const { clock, log, random, isOnline, onChange } = this.#parts;
    const transport = new Transport({
      key,
      id: `${this.#parts.name}-${String((this.#soFar += 1))}`,
      clock,
      log,
      random,
      open: this.#parts.openSsh,
      isOnline,
      onChange,
      onIdle: (idle) => {
        if (this.#ssh.get(key.id) === idle) this.#ssh.delete(key.id);
      },
    });
    if (this.#isSuspended) transport.suspend();
    this.#ssh.set(key.id, transport);
    return transport;
  }

  #clusterOf(key: TransportKey, { connection }: ServiceSpec): ClusterTransport {
    const known = this.#clusters.get(key.id);
    if (known !== undefined) return known;
    const { clock, log, createProber, onChange } = this.#parts;
    const { context, kubeconfig } =
      connection.technology === 'kubectl' ? connection : { context: null, kubeconfig: null };
    const clusterHealth = (): ClusterHealthSpecs => this.#clusterHealth;
    const cluster = new ClusterTransport({
      key,
      context,
      clock,
      log,
      prober: createProber({ context, kubeconfig, title: key.title }, clusterHealth),
      clusterHealth,
      onChange,
      onIdle: (idle) => {
        this.#clusters.delete(key.id);
        const closed = idle.close();
        this.#closing.add(closed);
        void closed.then(() => this.#closing.delete(closed));
      },
    });
    if (this.#isSuspended) cluster.suspend();
    this.#clusters.set(key.id, cluster);
    return cluster;
  }
}
