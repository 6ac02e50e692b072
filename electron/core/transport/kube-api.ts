/** What is asked of a Kubernetes API server, whoever carries the request: a session through kubectl, or a test's fake. */

/** In place of an HTTP status: nothing answered in time, or the connection broke. */
export const noAnswer = 0;

export interface KubeAnswer {
  /** The HTTP status, or `noAnswer`. */
  readonly status: number;
  /** JSON, parsed; else the text. With `noAnswer`, the reason in words. */
  readonly body: unknown;
}

/** How a watch ended. */
export type KubeEnd =
  /** The API server closed it, as it does every few minutes: list again, watch again. */
  | { readonly kind: 'closed' }
  /** It never began: any status but 200. */
  | { readonly kind: 'refused'; readonly answer: KubeAnswer }
  /** No answer, a broken connection, or an event that is too long or is no JSON. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'aborted' };

/** Neither method ever rejects. Paths begin with a slash and carry their query: `/api/v1/namespaces/default/pods?limit=1`. */
export interface KubeApi {
  /** A GET. `timeoutMs`: for the whole answer; 10 s by default. */
  get(
    path: string,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<KubeAnswer>;
  /**
   * A GET of a path with `watch=true`; `onEvent` gets each line, parsed: `{ type, object }`. Resolves when it ends. Says
   * nothing of a server that falls silent: only a request that must be answered does.
   */
  watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd>;
}
