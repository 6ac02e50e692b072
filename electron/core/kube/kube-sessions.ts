/**
 * The usable sessions of one context. The one opened last is in use, together with the kubeconfig's contents at
 * that time. Invariants:
 *
 * 1. A session becomes ready only when its facts are known, so it is already in use when listeners are notified.
 * 2. When the session in use ends, the previous one is used again if it is still running.
 */
import type { Clock } from '../clock.ts';
import type { ContextFacts } from './kubeconfig.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import type { Carrier } from '../transport/carrier.ts';
import { readContextFacts } from './context-facts.ts';
import type { KubeApi } from './kube-api.ts';
import { createKubeRequests } from './kube-requests.ts';
import type { ClusterChoice } from './kubectl-flags.ts';
import type { CarrierOpening, OpenCarrier } from '../transport/transport.ts';

type Reports = Parameters<OpenCarrier>[1];

/** Starts a session. Never throws: every failure is the value of `ready` and `ended`. */
export type OpenKubeSession = (opening: CarrierOpening, cluster: ClusterChoice, reports: Reports) => Carrier;

export interface KubeSessionsParts {
  readonly cluster: ClusterChoice;
  readonly clock: Clock;
  readonly launcher: ChildLauncher;
  readonly openSession: OpenKubeSession;
  /** Creates the API client for a session's socket. `createKubeRequests` by default. */
  readonly requestsThrough?: (socketPath: string, clock: Clock) => KubeApi;
  /** Reads the facts from the kubeconfig. Replaced only in tests. */
  readonly readFacts?: typeof readContextFacts;
  /** The environment of kubectl. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
}

export interface UsedSession {
  readonly api: KubeApi;
  /** null: kubectl failed to report them. */
  readonly facts: ContextFacts | null;
}

interface OpenSession extends UsedSession {
  /** In the order in which they were opened. */
  readonly number: number;
  readonly session: Carrier;
}

export class KubeSessions {
  readonly #parts: KubeSessionsParts;
  readonly #onUse: (used: UsedSession | null) => void;
  /** Of the kubeconfig, while they run. */
  readonly #readings = new Map<AbortController, Promise<unknown>>();
  #open: readonly OpenSession[] = [];
  #started = 0;
  #isEnding = false;

  /** `onUse`: another session is in use from now on; null: none. */
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
    return withReady(session, ready);
  }

  /** Whether the kubeconfig has changed since the session in use read it: another cluster, user or certificate. */
  async isOutdated(): Promise<boolean> {
    const before = this.used;
    if (before === null) return false;
    const facts = await this.#readFacts();
    const isOther = facts !== null && facts.fingerprint !== before.facts?.fingerprint;
    return isOther && this.used === before && !this.#isEnding;
  }

  /** Resolves when no kubeconfig is being read any more. Sessions keep running. */
  async close(): Promise<void> {
    this.#isEnding = true;
    for (const reading of this.#readings.keys()) reading.abort();
    await Promise.all(this.#readings.values());
  }

  #use(open: readonly OpenSession[]): void {
    const before = this.used;
    this.#open = open;
    if (this.used !== before) this.#onUse(this.used);
  }

  #readFacts(cancellation = new AbortController()): Promise<ContextFacts | null> {
    const { cluster, launcher, clock, environment, readFacts = readContextFacts } = this.#parts;
    if (this.#isEnding) cancellation.abort();
    const { signal } = cancellation;
    const facts = readFacts(cluster, { launcher, clock, signal, environment: environment() }).finally(() => {
      this.#readings.delete(cancellation);
    });
    this.#readings.set(cancellation, facts);
    return facts;
  }
}

/** The same carrier, but ready only when `ready` settles. */
const withReady = (carrier: Carrier, ready: Carrier['ready']): Carrier => ({
  id: carrier.id,
  get pid() {
    return carrier.pid;
  },
  get isPromptingUser() {
    return carrier.isPromptingUser === true;
  },
  ready,
  ended: carrier.ended,
  onComplaint: (listener) => {
    carrier.onComplaint(listener);
  },
  proveTransport: (deadlineMs) => carrier.proveTransport(deadlineMs),
  stop: (options) => carrier.stop(options),
});
