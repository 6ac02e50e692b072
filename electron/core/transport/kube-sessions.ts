/**
 * The sessions of one context that can be used: the last one that was opened is, and with it what the kubeconfig said then. Invariants:
 *
 * 1. A session is ready once its facts are known, so that whoever hears of it finds it in use.
 * 2. When the one in use ends, the one before it is used again, if it lives.
 */
import type { Clock } from '../clock.ts';
import type { ContextFacts } from '../kube/kubeconfig.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import type { Carrier } from './carrier.ts';
import { readContextFacts } from './context-facts.ts';
import type { KubeApi } from './kube-api.ts';
import { createKubeRequests } from './kube-requests.ts';
import type { ClusterChoice } from './kubectl-flags.ts';
import type { CarrierOpening, OpenCarrier } from './transport.ts';

type Reports = Parameters<OpenCarrier>[1];

/** Starts a session. Never throws: every failure is the value of `ready` and `ended`. */
export type OpenKubeSession = (opening: CarrierOpening, cluster: ClusterChoice, reports: Reports) => Carrier;

export interface KubeSessionsParts {
  readonly cluster: ClusterChoice;
  readonly clock: Clock;
  readonly launcher: ChildLauncher;
  readonly openSession: OpenKubeSession;
  /** Through the socket of a session. `createKubeRequests` by default. */
  readonly requestsThrough?: (socketPath: string, clock: Clock) => KubeApi;
  /** What the kubeconfig says. Only a test names another. */
  readonly readFacts?: typeof readContextFacts;
  /** What kubectl gets. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
}

export interface UsedSession {
  readonly api: KubeApi;
  /** null: kubectl could not say. */
  readonly facts: ContextFacts | null;
}

interface OpenSession extends UsedSession {
  /** In the order of their opening. */
  readonly number: number;
  readonly session: Carrier;
}

export class KubeSessions {
  readonly #parts: KubeSessionsParts;
  readonly #onUse: (used: UsedSession | null) => void;
  readonly #readings = new Set<AbortController>();
  readonly #underWay = new Set<Promise<unknown>>();
  #open: readonly OpenSession[] = [];
  #started = 0;
  #isEnding = false;

  /** `onUse`: another one is used from now on; null: none. */
  constructor(parts: KubeSessionsParts, onUse: (used: UsedSession | null) => void) {
    this.#parts = parts;
    this.#onUse = onUse;
  }

  /** null: there is none. */
  get used(): UsedSession | null {
    return this.#open.at(-1) ?? null;
  }

  start(opening: CarrierOpening, reports: Reports): Carrier {
    const { cluster, openSession, requestsThrough = createKubeRequests, clock } = this.#parts;
    const cancellation = new AbortController();
    const reading = this.#readFacts(cancellation);
    const session = openSession(opening, cluster, reports);
    const number = (this.#started += 1);
    let hasEnded = false;
    void session.ended.then(() => {
      hasEnded = true;
      cancellation.abort();
      this.#use(this.#open.filter((one) => one.session !== session));
    });
    const ready = session.ready.then(async (result) => {
      if (!result.ok || result.value.kind !== 'unix') return result;
      const facts = await reading;
      if (hasEnded || this.#isEnding) return result;
      const api = requestsThrough(result.value.path, clock);
      const opened = [...this.#open, { number, session, api, facts }];
      this.#use(opened.toSorted((a, b) => a.number - b.number));
      return result;
    });
    return readyLater(session, ready);
  }

  /** Whether the kubeconfig says something else by now than the session in use has read: another cluster, user or certificate. */
  async isOutdated(): Promise<boolean> {
    const before = this.used;
    if (before === null) return false;
    const facts = await this.#readFacts();
    const isOther = facts !== null && facts.fingerprint !== before.facts?.fingerprint;
    return isOther && this.used === before && !this.#isEnding;
  }

  /** Resolves when no kubeconfig is read any more. Sessions go on. */
  async close(): Promise<void> {
    this.#isEnding = true;
    for (const reading of this.#readings) reading.abort();
    await Promise.all(this.#underWay);
  }

  #use(open: readonly OpenSession[]): void {
    const before = this.used;
    this.#open = open;
    if (this.used !== before) this.#onUse(this.used);
  }

  #readFacts(cancellation = new AbortController()): Promise<ContextFacts | null> {
    const { cluster, launcher, clock, environment, readFacts = readContextFacts } = this.#parts;
    if (this.#isEnding) cancellation.abort();
    this.#readings.add(cancellation);
    const { signal } = cancellation;
    const facts = readFacts(cluster, { launcher, clock, signal, environment: environment() }).finally(() => {
      this.#readings.delete(cancellation);
      this.#underWay.delete(facts);
    });
    this.#underWay.add(facts);
    return facts;
  }
}

/** The same carrier, ready when `ready` is. */
const readyLater = (carrier: Carrier, ready: Carrier['ready']): Carrier => ({
  id: carrier.id,
  get pid() {
    return carrier.pid;
  },
  ready,
  ended: carrier.ended,
  ...(carrier.answered === undefined ? {} : { answered: carrier.answered }),
  ...(carrier.loggingIn === undefined ? {} : { loggingIn: carrier.loggingIn }),
  ...(carrier.letIn === undefined ? {} : { letIn: carrier.letIn }),
  onComplaint: (listener) => {
    carrier.onComplaint(listener);
  },
  proveTransport: (deadlineMs, isRoutine) => carrier.proveTransport(deadlineMs, isRoutine),
  stop: (options) => carrier.stop(options),
});
