/**
 * Watches which pod serves a target. Invariants:
 *
 * 1. The listener gets each verdict once, in order, and nothing after `close` was called.
 * 2. A verdict outlives a failure of the API server: its outage is not the pod's.
 * 3. A wait for a pod ends automatically: the pod is watched for or, if watching is refused, requested every 15 s.
 * 4. A gateway may keep events back: while no pod serves, or when the pod that should cannot be reached, the lists are read again.
 * 5. If the API server fails without giving a reason, it is asked once which of its checks fail.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Cause, type CauseCode, describeCause } from '../../../shared/failure.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { withOwnSignal } from '../abort-signal.ts';
import { sleep, type Clock, type Timer } from '../clock.ts';
import { markClosed, markOpened } from '../lifetime-tracker.ts';
import type { KubeAnswer, KubeApi } from './kube-api.ts';
import type { KubeEndpoints, KubeService, KubeWorkload } from './kube-objects.ts';
import { judgeTarget, type PodVerdict, type TargetFacts, type TargetQuestion } from './pod-verdict.ts';
import { namespacePath, ownerQuery, podQueries, type PodQuery } from './target-queries.ts';
import { watchList, type ListQuery, type WatchedListParts } from './watched-list.ts';

export interface PodWatchParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly question: TargetQuestion;
  /** The cause behind an answer without a list: see `classifyKubeAnswer`. */
  readonly explain: (answer: KubeAnswer) => Cause;
  readonly onVerdict: (verdict: PodVerdict) => void;
}

/** A node controller takes about this long to notice that a node is gone. */
const avoidMs = 60_000;
/** After this long all queries are tried again, if all of them were refused. */
const allRefusedMs = 15_000;
/** How long a watch alone is believed while no pod serves. */
const believedMs = 60_000;
/** Between two reads that unreachable pods or impatient users cause. */
const minReadMs = 5_000;

/** A failing API server may not answer this in time either. */
const checksDeadlineMs = 3_000;

/** The object that selects the pods. */
type OwnerState =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'known'; readonly owner: KubeService | KubeWorkload };

/** Causes that follow from the status alone, without a message. */
const namesNothing: ReadonlySet<CauseCode> = new Set(['exited', 'timed-out']);

type Pods = Omit<TargetFacts, 'owner'>;

export class PodWatch {
  readonly #parts: PodWatchParts;
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #avoided = new Map<string, Timer>();
  /** Why a list is not known, if the API server said so. */
  readonly #refusals = new Map<'owner' | 'pods', KubeAnswer>();
  #hurry = new AbortController();
  #refresh = new AbortController();
  #readAt = -Infinity;
  /** Set while no pod serves. */
  #recheck: Timer | null = null;
  #owner: OwnerState = { kind: 'unknown' };
  /** null: not known yet. */
  #pods: Pods | null = null;
  #queries: { readonly id: string; readonly leave: AbortController } | null = null;
  /** null: not asked yet. */
  #namespace: 'asked' | 'there' | 'missing' | null = null;
  /** The failing checks that the API server reports; empty: it reports none. null: not asked yet. */
  #checks: 'asked' | readonly string[] | null = null;
  #verdict: PodVerdict | null = null;

  constructor(parts: PodWatchParts) {
    this.#parts = parts;
    const { target, namespace } = parts.question;
    markOpened(this, () => `pod watch of ${targetName(target)} in ${namespace}`);
    const query = ownerQuery(target, namespace);
    if (query === null) this.#setOwner({ kind: 'none' });
    else this.#follow(query);
  }

  /** null: nothing is known yet. */
  get verdict(): PodVerdict | null {
    return this.#verdict;
  }

  /** The pod with this uid is unreachable, whatever the API server says: another one is preferred for a minute. */
  avoid(uid: string): void {
    if (this.#ending.signal.aborted) return;
    this.#avoided.get(uid)?.cancel();
    const timer = this.#parts.clock.after(avoidMs, () => {
      this.#avoided.delete(uid);
      this.#judge();
    });
    this.#avoided.set(uid, timer);
    this.#judge();
    this.#readAgain();
  }

  /** The connection to the API server is back: pending retries run now. */
  retryNow(): void {
    const former = this.#hurry;
    this.#hurry = new AbortController();
    former.abort();
    if (this.#verdict?.kind === 'none') this.#readAgain();
  }

  /** Resolves when no request is running any more. Idempotent. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#recheck?.cancel();
    for (const timer of this.#avoided.values()) timer.cancel();
    await Promise.all(this.#running);
    markClosed(this);
  }

  /** What the watches have reported is doubtful. */
  #readAgain(): void {
    const now = this.#parts.clock.now();
    if (now - this.#readAt < minReadMs) return;
    this.#readAt = now;
    const former = this.#refresh;
    this.#refresh = new AbortController();
    former.abort();
  }

  #setRecheck(): void {
    this.#recheck?.cancel();
    this.#recheck = null;
    if (this.#verdict?.kind !== 'none') return;
    this.#recheck = this.#parts.clock.after(believedMs, () => {
      this.#readAgain();
      this.#setRecheck();
    });
  }

  #run(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  #follow(query: ListQuery<KubeService | KubeWorkload>): void {
    const work = this.#watchList('owner', {
      query,
      signal: this.#ending.signal,
      hasAlternative: false,
      onItems: ([owner]) => {
        this.#setOwner(owner === undefined ? { kind: 'missing' } : { kind: 'known', owner });
      },
    });
    this.#run(work);
  }

  #watchList<Item extends { readonly name: string }>(
    what: 'owner' | 'pods',
    list: Pick<WatchedListParts<Item>, 'query' | 'signal' | 'hasAlternative' | 'onItems'>,
  ): Promise<KubeAnswer | null> {
    const { api, clock } = this.#parts;
    return watchList({
      ...list,
      api,
      clock,
      hurry: () => this.#hurry.signal,
      refresh: () => this.#refresh.signal,
      onItems: (items) => {
        this.#refusals.delete(what);
        if (this.#refusals.size === 0) this.#checks = null;
        list.onItems(items);
      },
      onFailure: (answer) => {
        this.#fail(what, answer);
      },
    });
  }

  #setOwner(state: OwnerState): void {
    const { target, namespace } = this.#parts.question;
    this.#owner = state;
    if (state.kind !== 'missing') this.#namespace = null;
    this.#readFrom(
      state.kind === 'known'
        ? podQueries(target, namespace, state.owner)
        : state.kind === 'none'
          ? podQueries(target, namespace, null)
          : [],
    );
    this.#judge();
  }

  /** Keeps the current reads if the queries are the same; pods of former labels serve until others are known. */
  #readFrom(queries: readonly PodQuery[]): void {
    const id = queries.map(({ path }) => path).join(' ');
    if (this.#queries?.id === id) return;
    this.#queries?.leave.abort();
    this.#refusals.delete('pods');
    const leave = new AbortController();
    this.#queries = { id, leave };
    if (this.#pods?.pods.length === 0) this.#pods = null;
    if (queries.length === 0) this.#pods = { pods: [], source: 'pods', strangers: [] };
    else
      this.#run(
        withOwnSignal([this.#ending.signal, leave.signal], ({ signal }) =>
          this.#readFirstAllowed(queries, signal),
        ),
      );
  }

  async #readFirstAllowed(queries: readonly PodQuery[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let refusal: KubeAnswer | null = null;
      for (const query of queries) {
        const answer = await this.#read(query, { signal, hasAlternative: queries.length > 1 });
        if (answer === null) return;
        // The first query is the usual one: the right that is missing there is the one to ask for.
        refusal ??= answer;
      }
      if (refusal !== null) this.#fail('pods', refusal);
      await sleep(this.#parts.clock, allRefusedMs, signal, this.#hurry.signal);
    }
  }

  #read(
    query: PodQuery,
    { signal, hasAlternative }: { readonly signal: AbortSignal; readonly hasAlternative: boolean },
  ): Promise<KubeAnswer | null> {
    return this.#watchList<KubeEndpoints>('pods', {
      query,
      signal,
      hasAlternative,
      onItems: (lists) => {
        this.#pods = {
          pods: lists.flatMap(({ pods }) => pods),
          source: query.source,
          strangers: lists.flatMap(({ strangers }) => strangers),
        };
        if (lists.length > 0) this.#namespace = null;
        this.#judge();
      },
    });
  }

  #fail(what: 'owner' | 'pods', answer: KubeAnswer): void {
    const isAnswer = answer.status === 403 || answer.status === 404;
    // A pod keeps serving until the API server says otherwise.
    if (!isAnswer && this.#verdict?.kind === 'pod') return;
    this.#refusals.set(what, answer);
    this.#judge();
  }

  #judge(): void {
    if (this.#ending.signal.aborted) return;
    const verdict = this.#nextVerdict();
    if (verdict === null || isDeepStrictEqual(verdict, this.#verdict)) return;
    this.#verdict = verdict;
    this.#setRecheck();
    this.#parts.onVerdict(verdict);
  }

  /** null: that is not known yet. */
  #nextVerdict(): PodVerdict | null {
    const { question } = this.#parts;
    const refusal = this.#refusals.get('owner') ?? this.#refusals.get('pods');
    if (refusal !== undefined) {
      const cause = this.#explain(refusal);
      return cause === null ? null : { kind: 'none', cause };
    }
    const owner = this.#owner;
    if (owner.kind === 'unknown' || this.#pods === null) return null;
    const isEmpty = owner.kind === 'missing' || (owner.kind === 'none' && this.#pods.pods.length === 0);
    if (isEmpty && !this.#knowsNamespace()) return null;
    if (isEmpty && this.#namespace === 'missing') return this.#missing('namespace');
    if (isEmpty && question.target.kind !== 'selector') return this.#missing(targetName(question.target));
    return judgeTarget(
      question,
      { ...this.#pods, owner: owner.kind === 'known' ? owner.owner : null },
      {
        current: this.#verdict?.kind === 'pod' ? this.#verdict.uid : null,
        avoided: new Set(this.#avoided.keys()),
      },
    );
  }

  /** null: the API server is being asked. */
  #explain(refusal: KubeAnswer): Cause | null {
    const { explain } = this.#parts;
    const cause = explain(refusal);
    if (refusal.status < 500 || !namesNothing.has(cause.code)) return cause;
    if (this.#checks === null) {
      this.#checks = 'asked';
      this.#run(this.#askForChecks());
    }
    if (this.#checks === 'asked') return null;
    return this.#checks.length === 0 ? cause : explain({ ...refusal, body: this.#checks.join(', ') });
  }

  async #askForChecks(): Promise<void> {
    const { api } = this.#parts;
    const options = { signal: this.#ending.signal, timeoutMs: checksDeadlineMs };
    const { body } = await api.get('/readyz?verbose', options);
    // In the meantime it has answered the original request.
    if (this.#checks !== 'asked') return;
    const lines = typeof body === 'string' ? body.split('\n') : [];
    this.#checks = lines.filter((line) => line.startsWith('[-]'));
    this.#judge();
  }

  #missing(resource: string): PodVerdict {
    const { namespace, context } = this.#parts.question;
    const details = { resource, namespace, context: context ?? undefined };
    return { kind: 'none', cause: describeCause('resource-missing', details) };
  }

  /** The lists of a namespace that does not exist are merely empty. Asks once. */
  #knowsNamespace(): boolean {
    if (this.#namespace === null) {
      this.#namespace = 'asked';
      this.#run(this.#askForNamespace());
    }
    return this.#namespace !== 'asked';
  }

  async #askForNamespace(): Promise<void> {
    const { api, question } = this.#parts;
    const { status } = await api.get(namespacePath(question.namespace), { signal: this.#ending.signal });
    // Something has been found in the meantime.
    if (this.#namespace !== 'asked') return;
    // Many users may not get namespaces: only a 404 proves that it does not exist.
    this.#namespace = status === 404 ? 'missing' : 'there';
    this.#judge();
  }
}
