/**
 * What services of one kube context share: nothing that carries, only the cluster itself. It is asked how it is when a tunnel
 * to it fails, and regularly for services that are aware of it.
 */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { clusterHealthOf, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import { ClusterMonitor } from './cluster-monitor.ts';
import { isClusterAware, type ClusterProber } from './cluster-question.ts';
import type { ClusterPace } from './cluster-verdict.ts';
import { isNetworkFailure } from './network-failure.ts';
import type { TransportKey } from './transport-key.ts';
import { type LeasedTransport, leaseTriggers, type TransportLease } from './transport-lease.ts';

export interface ClusterTransportParts {
  readonly key: TransportKey;
  /** null: whatever context the kubeconfig names as current. */
  readonly context: string | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly prober: ClusterProber;
  /** As they are at the time. */
  readonly clusterHealth: () => ClusterHealthSpecs;
  /** What its leases show may be another one. */
  readonly onChange: () => void;
  /** Nobody leases it: it may be closed and forgotten. */
  readonly onIdle: (transport: ClusterTransport) => void;
}

export class ClusterTransport implements LeasedTransport {
  readonly key: TransportKey;
  readonly #parts: ClusterTransportParts;
  readonly #leases = new Set<TransportLease>();
  readonly #monitor: ClusterMonitor;

  constructor(parts: ClusterTransportParts) {
    const { key, clock, log, prober, onChange } = parts;
    this.key = key;
    this.#parts = parts;
    this.#monitor = new ClusterMonitor({
      title: key.title,
      clock,
      log,
      prober,
      onChange: () => {
        for (const lease of [...this.#leases]) lease.lookUp();
      },
      onUnasked: (askers) => {
        for (const lease of [...this.#leases]) if (askers.has(lease)) lease.findOut();
      },
      onSchedule: onChange,
    });
  }

  get status(): string {
    const { state } = this.#monitor;
    return state.status === 'open' ? 'up' : state.reach;
  }

  get services(): readonly string[] {
    return [...this.#leases].flatMap(({ service }) => service?.name ?? []);
  }

  downFor(service: ServiceSpec): Cause | null {
    const { state } = this.#monitor;
    if (state.status !== 'down' || (state.reach === 'unwell' && !isClusterAware(service))) return null;
    return this.#asDown(state.reach, state.cause);
  }

  get nextTryAt(): number | null {
    return this.#monitor.nextQuestionAt;
  }

  join(lease: TransportLease): void {
    this.#leases.add(lease);
    this.serve();
  }

  changed(): void {
    this.serve();
  }

  leave(lease: TransportLease): void {
    this.#leases.delete(lease);
    if (this.#leases.size > 0) this.serve();
    else this.#parts.onIdle(this);
  }

  reached(): void {
    this.#monitor.reached();
  }

  failed(service: ServiceSpec, cause: Cause): void {
    if (isNetworkFailure(cause)) this.#monitor.suspect();
    else if (isClusterAware(service)) this.#monitor.check();
  }

  hurry(): void {
    this.#monitor.hurry();
  }

  demand(lease: TransportLease): void {
    this.#monitor.demand(lease);
  }

  /** For those that lease it, and as the config says by now. */
  serve(): void {
    const services = [...this.#leases].flatMap(({ service }) => service ?? []);
    this.#monitor.serve(services, this.#paceFor(services));
  }

  triggered(): void {
    this.#monitor.refresh();
  }

  suspend(): void {
    this.#monitor.pause();
  }

  interrupted(): void {
    this.#monitor.resume();
  }

  /** Resolves when no question is under way. */
  close(): Promise<void> {
    return this.#monitor.close();
  }

  /** null: it is not to be asked. */
  #paceFor(services: readonly ServiceSpec[]): ClusterPace | null {
    const { clusterHealth, context } = this.#parts;
    const { enabled, intervalMs, failureThreshold } = clusterHealthOf(clusterHealth(), context);
    if (!enabled) return null;
    return { intervalMs: services.some(isClusterAware) ? intervalMs : null, failureThreshold };
  }

  /** What the user has to do, or may have to, is told in its own words: sign in, allow the local network. */
  #asDown(reach: 'unreachable' | 'unwell', finding: Cause): Cause {
    if (finding.recovery === 'user' || finding.code === 'local-network-denied')
      return { ...finding, recovery: 'trigger', triggers: leaseTriggers };
    const code = reach === 'unreachable' ? 'transport-down' : 'cluster-unwell';
    return describeCause(code, { what: this.key.title, evidence: finding.evidence ?? finding.title });
  }
}
