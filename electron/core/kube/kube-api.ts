/** Requests to a Kubernetes API server, carried by a session through kubectl or by a test fake. */

/** Replaces the HTTP status if there was no answer in time, or the connection broke. */
export const noAnswer = 0;

/**
 * For this long after an outage, 403 may mean only that the API server has not loaded its roles yet: an API server that has just
 * started refuses requests that it allows 3 s later.
 */
export const afterOutageMs = 60_000;

export interface KubeAnswer {
  /** The HTTP status, or `noAnswer`. */
  readonly status: number;
  /** Parsed JSON, or else the text. With `noAnswer`, the reason as text. */
  readonly body: unknown;
  /** The server asks to wait that long (`Retry-After`). */
  readonly retryAfterMs?: number;
}

/** How a watch ended. */
export type KubeEnd =
  /** The API server closed it, as it does every few minutes: list again, then watch again. */
  | { readonly kind: 'closed' }
  /** It never began: any status but 200. */
  | { readonly kind: 'refused'; readonly answer: KubeAnswer }
  /** No answer, a broken connection, or an event that is too long or not JSON. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'aborted' };

/**
 * Neither method ever rejects. Paths begin with a slash and include the query:
 * `/api/v1/namespaces/default/pods?limit=1`.
 */
export interface KubeApi {
  /** A GET. `timeoutMs`: for the complete answer; 10 s by default. */
  get(
    path: string,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<KubeAnswer>;
  /**
   * A GET of a path with `watch=true`; `onEvent` gets each line, parsed: `{ type, object }`. Resolves when the
   * watch ends. A watch does not detect a server that stops responding: only a request that needs an answer does.
   */
  watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd>;
}
