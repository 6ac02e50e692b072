/**
 * A Kubernetes API list that is kept current: listed once, then watched. Invariants:
 *
 * 1. The reported items are those that the API server sent last; a failure removes none of them.
 * 2. If watching is refused, the list is read every 15 s, and watching is retried each time: the right may be granted.
 * 3. Every watch ends, even if the end of the connection never arrives.
 * 4. An overloaded server is asked less and less often, never before it allows, and for its changes, not for the list again.
 * 5. A 403 within `afterOutageMs` of an outage is not final.
 */
import { withOwnSignal } from '../abort-signal.ts';
import { nextTurn, sleep, type Clock } from '../clock.ts';
import { afterOutageMs, noAnswer, type KubeAnswer, type KubeApi, type KubeEnd } from './kube-api.ts';
import { readEvent, readList } from './kube-objects.ts';

export interface ListQuery<Item> {
  /** The path of the collection, with its query. */
  readonly path: string;
  /** The path of the single object in it, for roles that may get it by name but not list. */
  readonly singlePath?: string;
  readonly read: (object: unknown) => Item | null;
}

export interface WatchedListParts<Item extends { readonly name: string }> {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Aborts when the next attempt should start at once. */
  readonly hurry: () => AbortSignal;
  /** Aborts when the list should be read again, whatever its watch reports. */
  readonly refresh: () => AbortSignal;
  readonly query: ListQuery<Item>;
  readonly onItems: (items: readonly Item[]) => void;
  /** It cannot be read now; attempts continue. */
  readonly onFailure: (answer: KubeAnswer) => void;
  /** There is another query to read, so a query that is refused is given up. */
  readonly hasAlternative: boolean;
}

const pollMs = 15_000;
const firstRetryMs = 1_000;
/** The minimum that client-go asks for (`minWatchTimeout`). */
const watchSeconds = 300;
/** The server ends a watch when its time is up; after this grace period it is aborted here. */
const watchGraceSeconds = 15;
/** Enough to choose one of. */
const maxItems = 500;

/** Resolves with null when the signal aborts, or with the refusal when the query is given up. */
export async function watchList<Item extends { readonly name: string }>(
  parts: WatchedListParts<Item>,
): Promise<KubeAnswer | null> {
  return new WatchedList(parts).run();
}

type Step =
  | { readonly kind: 'watch'; readonly version: string; readonly afterMs: number }
  | { readonly kind: 'list'; readonly afterMs: number }
  | { readonly kind: 'given-up'; readonly answer: KubeAnswer };

class WatchedList<Item extends { readonly name: string }> {
  readonly #parts: WatchedListParts<Item>;
  readonly #items = new Map<string, Item>();
  #isPartial = false;
  #retryMs = firstRetryMs;
  /** null: there was none. */
  #outageAt: number | null = null;

  constructor(parts: WatchedListParts<Item>) {
    this.#parts = parts;
  }

  async run(): Promise<KubeAnswer | null> {
    const { signal } = this.#parts;
    let step: Step = { kind: 'list', afterMs: 0 };
    while (!signal.aborted) {
      if (step.kind === 'given-up') return step.answer;
      step = await this.#perform(step);
    }
    return null;
  }

  async #perform(step: Exclude<Step, { readonly kind: 'given-up' }>): Promise<Step> {
    if (step.afterMs > 0) {
      await this.#pause(step.afterMs);
      return { ...step, afterMs: 0 };
    }
    return step.kind === 'list' ? this.#list() : this.#watch(step.version);
  }

  async #list(): Promise<Step> {
    const { api, signal, query } = this.#parts;
    const answer = await api.get(withQuery(query.path, `limit=${maxItems}`), { signal });
    if (answer.status === 403 && query.singlePath !== undefined) return this.#getOne(query.singlePath);
    const list = answer.status === 200 ? readList(answer.body) : null;
    if (list === null) return this.#failed(answer);
    this.#items.clear();
    for (const object of list.items) {
      this.#put(query.read(object));
      // Reading a large object takes milliseconds.
      await nextTurn();
    }
    this.#isPartial = list.items.length >= maxItems;
    this.#tell();
    return { kind: 'watch', version: list.resourceVersion, afterMs: 0 };
  }

  /** For an object that the role may only get, not list or watch. */
  async #getOne(path: string): Promise<Step> {
    const { api, signal, query } = this.#parts;
    const answer = await api.get(path, { signal });
    if (answer.status !== 200 && answer.status !== 404) return this.#failed(answer);
    this.#items.clear();
    if (answer.status === 200) this.#put(query.read(answer.body));
    this.#retryMs = firstRetryMs;
    this.#tell();
    return { kind: 'list', afterMs: pollMs };
  }

  async #watch(from: string): Promise<Step> {
    const { api, clock, signal, refresh, query } = this.#parts;
    const startedAt = clock.now();
    const seen = { version: from, isLost: false };
    const parameters = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${encodeURIComponent(from)}`;
    const end = await withOwnSignal([signal, refresh()], async (own) => {
      const overdue = clock.after((watchSeconds + watchGraceSeconds) * 1_000, () => own.abort());
      const onEvent = (raw: unknown): void => {
        if (seen.isLost || signal.aborted) return;
        const event = readEvent(raw);
        if (event === null || event.type === 'error') {
          seen.isLost = true;
          own.abort();
          return;
        }
        if (event.version !== '') seen.version = event.version;
        if (event.type === 'bookmark') return;
        if (event.type === 'delete') this.#items.delete(event.name);
        else this.#put(query.read(event.object));
        this.#tell();
        // There may be others that were never listed.
        seen.isLost = this.#items.size === 0 && this.#isPartial;
        if (seen.isLost) own.abort();
      };
      const ended = await api.watch(withQuery(query.path, parameters), onEvent, own.signal);
      overdue.cancel();
      return ended;
    });
    // A watch that ends as soon as it begins must not be retried in a tight loop.
    const isBrief = clock.now() - startedAt < firstRetryMs;
    if (!isBrief) this.#retryMs = firstRetryMs;
    if (seen.isLost) return { kind: 'list', afterMs: isBrief ? this.#nextRetryMs() : 0 };
    return this.#afterWatch(end, { version: seen.version, isBrief });
  }

  #afterWatch(
    end: KubeEnd,
    { version, isBrief }: { readonly version: string; readonly isBrief: boolean },
  ): Step {
    switch (end.kind) {
      case 'closed':
        return { kind: 'watch', version, afterMs: isBrief ? firstRetryMs : 0 };
      case 'refused':
        // Too old to continue from.
        if (end.answer.status === 410) return { kind: 'list', afterMs: isBrief ? this.#nextRetryMs() : 0 };
        if (end.answer.status === 429) {
          const failed = this.#failed(end.answer);
          return failed.kind === 'list' ? { ...failed, kind: 'watch', version } : failed;
        }
        if (isOutage(end.answer) || end.answer.status === 401) return this.#failed(end.answer);
        return { kind: 'list', afterMs: this.#isAfterOutage() ? firstRetryMs : pollMs };
      case 'failed':
        this.#outageAt = this.#parts.clock.now();
        return { kind: 'list', afterMs: isBrief ? this.#nextRetryMs() : 0 };
      case 'aborted':
        return { kind: 'list', afterMs: 0 };
    }
  }

  #failed(answer: KubeAnswer): Step {
    const { clock, signal, onFailure, hasAlternative } = this.#parts;
    if (signal.aborted) return { kind: 'list', afterMs: 0 };
    if (isOutage(answer)) this.#outageAt = clock.now();
    else if (this.#isAfterOutage()) return { kind: 'list', afterMs: firstRetryMs };
    // A 401 is about credentials, which are the same for every query.
    else if (hasAlternative && answer.status !== 401) return { kind: 'given-up', answer };
    onFailure(answer);
    return { kind: 'list', afterMs: Math.max(this.#nextRetryMs(), answer.retryAfterMs ?? 0) };
  }

  #nextRetryMs(): number {
    const delayMs = this.#retryMs;
    this.#retryMs = Math.min(delayMs * 2, pollMs);
    return delayMs;
  }

  #isAfterOutage(): boolean {
    return this.#outageAt !== null && this.#parts.clock.now() - this.#outageAt < afterOutageMs;
  }

  #put(item: Item | null): void {
    if (item === null) return;
    if (this.#items.has(item.name) || this.#items.size < maxItems) this.#items.set(item.name, item);
    else this.#isPartial = true;
  }

  #tell(): void {
    if (!this.#parts.signal.aborted) this.#parts.onItems([...this.#items.values()]);
  }

  async #pause(delayMs: number): Promise<void> {
    const { clock, signal, hurry } = this.#parts;
    await sleep(clock, delayMs, signal, hurry());
  }
}

/** No decision was made: the connection, the API server or its store is unavailable. */
const isOutage = ({ status }: KubeAnswer): boolean => status === noAnswer || status === 429 || status >= 500;

const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;
