/**
 * A target while forwards use it: which pod serves it now. All forwards with the same target share one object, and so one
 * watch. Invariants:
 *
 * 1. The target is watched from the first session until its last user is gone.
 * 2. Listeners get each verdict once, in order.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { classifyKubeAnswer } from '../failure/kube-answer.ts';
import type { KubeApi } from './kube-api.ts';
import type { PodVerdict } from './pod-verdict.ts';
import { PodWatch } from './pod-watch.ts';

type KubeConnection = Extract<ServiceSpec['connection'], { readonly technology: 'kubectl' }>;
export type KubeServiceSpec = ServiceSpec & { readonly connection: KubeConnection };

export interface ServedTargetParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** Any of the services with this target. */
  readonly service: KubeServiceSpec;
  readonly onUnused: () => void;
}

export class ServedTarget {
  readonly #parts: ServedTargetParts;
  readonly #listeners = new Set<(verdict: PodVerdict) => void>();
  readonly #users = new Set<object>();
  #watch: PodWatch | null = null;
  #namespace: string | null = null;

  constructor(parts: ServedTargetParts) {
    this.#parts = parts;
  }

  /** null: nothing is known yet. */
  get verdict(): PodVerdict | null {
    return this.#watch?.verdict ?? null;
  }

  /** The namespace of its pods; null: not known before the first session. */
  get namespace(): string | null {
    return this.#namespace;
  }

  /** The service names a namespace instead of using that of the context. */
  get hasOwnNamespace(): boolean {
    return this.#parts.service.connection.namespace !== null;
  }

  /** Why there is no pod; null: there is one, or nothing is known yet. */
  get trouble(): Cause | null {
    const { verdict } = this;
    return verdict?.kind === 'none' ? verdict.cause : null;
  }

  /** Reports every future verdict. Returns a function that stops listening. */
  onVerdict(listener: (verdict: PodVerdict) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The pod with this uid is unreachable: another one is preferred for a minute. */
  avoid(uid: string): void {
    this.#watch?.avoid(uid);
  }

  /** A session exists. `namespace`: that of the context, if the service names none. */
  begin(namespace: string): void {
    const { api, clock, service } = this.#parts;
    const { target, remotePort, context } = service.connection;
    if (this.#watch !== null) {
      this.#watch.retryNow();
      return;
    }
    this.#namespace = service.connection.namespace ?? namespace;
    this.#watch = new PodWatch({
      api,
      clock,
      question: { target, port: remotePort, namespace: this.#namespace, context },
      explain: (answer) => classifyKubeAnswer(service, answer),
      onVerdict: (verdict) => {
        // An earlier listener may have removed a later one.
        for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(verdict);
      },
    });
  }

  /** Pending retries run now. */
  retryNow(): void {
    this.#watch?.retryNow();
  }

  enter(user: object): void {
    this.#users.add(user);
  }

  leave(user: object): void {
    if (this.#users.delete(user) && this.#users.size === 0) this.#parts.onUnused();
  }

  /** Resolves when no request is running any more. */
  async close(): Promise<void> {
    await this.#watch?.close();
  }
}

export const isKubeService = (service: ServiceSpec): service is KubeServiceSpec =>
  service.connection.technology === 'kubectl';
