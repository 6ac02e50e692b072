/**
 * All transports, and who leases them. A transport exists for as long as a forward that goes by it is on, or something of it is
 * open.
 */
import type { TriggerKind } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { defaultClusterHealth, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { contextPinOf } from './context-pin.ts';
import type { OpenKubeSession } from './kube-sessions.ts';
import { type KubePlace, KubeTransport } from './kube-transport.ts';
import type { Ride } from './ride.ts';
import { type Boarding, type OpenCarrier, Transport } from './transport.ts';
import { type TransportKey, transportKeyOf } from './transport-key.ts';
import { type LeaseListener, TransportLease } from './transport-lease.ts';

export interface TransportPoolParts {
  /** Of all that uses this runtime directory no other: files are named after it. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly openSsh: OpenCarrier;
  readonly openKube: OpenKubeSession;
  readonly launcher: ChildLauncher;
  /** What children get now. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  readonly isOnline: () => boolean;
  /** What leases show may be another one. */
  readonly onChange: () => void;
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
  readonly #kube = new Map<string, KubeTransport>();
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
    for (const transport of this.#kube.values()) transport.serve();
  }

  lease(listener: LeaseListener): TransportLease {
    return new TransportLease(listener, {
      find: (service, key) => (key.kind === 'ssh' ? this.#sshOf(key) : this.#kubeOf(key, service)),
      pin: (service) => contextPinOf(service, this.#parts.environment()),
    });
  }

  /** A place on the ssh connection of this service. */
  board(boarding: Boarding): Ride {
    const key = transportKeyOf(boarding.service);
    if (key?.kind !== 'ssh') throw new Error(`not an ssh service: ${boarding.service.name}`);
    return this.#sshOf(key).board(boarding);
  }

  /** A place in the session of this service's context. */
  boardKube(boarding: Boarding): KubePlace {
    const key = transportKeyOf(boarding.service);
    if (key?.kind !== 'kubernetes') throw new Error(`not a kubectl service: ${boarding.service.name}`);
    return this.#kubeOf(key, boarding.service).board(boarding);
  }

  /** The network or the credentials are others now: what is down is tried at once. */
  triggered(trigger: Extract<TriggerKind, 'network' | 'credentials'>): void {
    if (trigger === 'credentials') this.#lookAtContexts();
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
    for (const transport of this.#all()) transport.interrupted(certain);
    this.triggered('network');
  }

  report(): readonly TransportReport[] {
    return [
      ...[...this.#ssh.values()].map(({ key, state, services }) => ({
        transport: key.name,
        status: state.situation.status,
        services,
      })),
      ...[...this.#kube.values()].map(({ key, status, services }) => ({
        transport: key.name,
        status,
        services,
      })),
    ];
  }

  /** No API server is asked any more. Resolves when no question is under way. */
  async closeQuestions(): Promise<void> {
    await Promise.all([...this.#kube.values()].map((transport) => transport.closeQuestions()));
  }

  /** Ends every connection. */
  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    await Promise.all([...this.#all().map((transport) => transport.close(options)), ...this.#closing]);
  }

  /** Leases may move to another transport. */
  #lookAtContexts(): void {
    const leases = [...this.#kube.values()].flatMap((transport) => transport.leases);
    for (const lease of leases) lease.lookAtContext();
    // Which one kubectl has now is shown.
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
