/**
 * The Kubernetes API through the current session of a transport. Invariants:
 *
 * 1. While there is no session, requests wait: the connection is known to be down, which is not an answer of the
 *    API server.
 * 2. When another session takes over, which may lead to another cluster, running requests on the former one are
 *    aborted: a GET is repeated on the new session; a watch fails, so that its list is read again.
 */
import { noAnswer, type KubeAnswer, type KubeApi, type KubeEnd } from './kube-api.ts';

interface Session {
  readonly api: KubeApi;
  /** Running requests. */
  readonly requests: Set<AbortController>;
  isReplaced: boolean;
}

export class SessionApi implements KubeApi {
  #current: Session | null = null;
  #former: Session | null = null;
  readonly #waiting = new Set<() => void>();

  /** null: there is no session. */
  use(api: KubeApi | null): void {
    if (this.#current?.api === api) return;
    this.#former = this.#current ?? this.#former;
    this.#current = api === null ? null : { api, requests: new Set(), isReplaced: false };
    if (api === null) return;
    if (this.#former !== null) {
      this.#former.isReplaced = true;
      for (const request of [...this.#former.requests]) request.abort();
      this.#former = null;
    }
    for (const wake of [...this.#waiting]) wake();
  }

  async get(path: string, options: Parameters<KubeApi['get']>[1] = {}): Promise<KubeAnswer> {
    for (;;) {
      const session = await this.#whenOpen(options.signal);
      if (session === null) return { status: noAnswer, body: 'aborted' };
      const answer = await whileUsed(session, options.signal, (signal) =>
        session.api.get(path, { ...options, signal }),
      );
      if (!session.isReplaced) return answer;
    }
  }

  async watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd> {
    const session = await this.#whenOpen(signal);
    if (session === null) return { kind: 'aborted' };
    const end = await whileUsed(session, signal, (ending) => session.api.watch(path, onEvent, ending));
    return session.isReplaced && !signal.aborted
      ? { kind: 'failed', reason: 'another session took over' }
      : end;
  }

  /** null: the signal aborted first. */
  async #whenOpen(signal: AbortSignal | undefined): Promise<Session | null> {
    while (this.#current === null && signal?.aborted !== true)
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          this.#waiting.delete(settle);
          signal?.removeEventListener('abort', settle);
          resolve();
        };
        this.#waiting.add(settle);
        signal?.addEventListener('abort', settle, { once: true });
      });
    return signal?.aborted === true ? null : this.#current;
  }
}

/** Removes its listener from the signal, which may live as long as a forward. */
async function whileUsed<T>(
  session: Session,
  signal: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const onAbort = (): void => ending.abort();
  session.requests.add(ending);
  if (session.isReplaced || signal?.aborted === true) ending.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await send(ending.signal);
  } finally {
    session.requests.delete(ending);
    signal?.removeEventListener('abort', onAbort);
  }
}
