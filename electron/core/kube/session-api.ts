/**
 * The Kubernetes API through the current session of a transport. Invariants:
 *
 * 1. While there is no session, requests wait: the connection is known to be down, which is not an answer of the
 *    API server.
 * 2. When another session takes over, which may lead to another cluster, running requests on the former one are
 *    aborted: a GET is repeated on the new session; a watch fails, so that its list is read again.
 */
import { firstReport, withOwnSignal } from '../abort-signal.ts';
import { noAnswer, type KubeAnswer, type KubeApi, type KubeEnd } from './kube-api.ts';

interface Session {
  readonly api: KubeApi;
  /** Aborts when another session has taken over. */
  readonly replaced: AbortController;
}

export class SessionApi implements KubeApi {
  #current: Session | null = null;
  #former: Session | null = null;
  readonly #waiting = new Set<() => void>();

  /** null: there is no session. */
  use(api: KubeApi | null): void {
    if (this.#current?.api === api) return;
    this.#former = this.#current ?? this.#former;
    this.#current = api === null ? null : { api, replaced: new AbortController() };
    if (api === null) return;
    this.#former?.replaced.abort();
    this.#former = null;
    for (const wake of [...this.#waiting]) wake();
  }

  async get(path: string, options: Parameters<KubeApi['get']>[1] = {}): Promise<KubeAnswer> {
    for (;;) {
      const session = await this.#whenOpen(options.signal);
      if (session === null) return { status: noAnswer, body: 'aborted' };
      const replaced = session.replaced.signal;
      const answer = await withOwnSignal([options.signal, replaced], ({ signal }) =>
        session.api.get(path, { ...options, signal }),
      );
      if (!replaced.aborted) return answer;
    }
  }

  async watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd> {
    const session = await this.#whenOpen(signal);
    if (session === null) return { kind: 'aborted' };
    const replaced = session.replaced.signal;
    const end = await withOwnSignal([signal, replaced], (own) =>
      session.api.watch(path, onEvent, own.signal),
    );
    return replaced.aborted && !signal.aborted
      ? { kind: 'failed', reason: 'another session took over' }
      : end;
  }

  /** null: the signal aborted first. */
  async #whenOpen(signal: AbortSignal | undefined): Promise<Session | null> {
    while (this.#current === null && signal?.aborted !== true)
      await firstReport<undefined>((wake) => {
        const onOpen = (): void => wake(undefined);
        this.#waiting.add(onOpen);
        return () => this.#waiting.delete(onOpen);
      }, signal);
    return signal?.aborted === true ? null : this.#current;
  }
}
