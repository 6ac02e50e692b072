/**
 * The Kubernetes API through whatever session a transport has now. While there is none, requests wait: that the way is down is known,
 * and is no answer of the API server's.
 */
import { noAnswer, type KubeAnswer, type KubeApi, type KubeEnd } from './kube-api.ts';

export class SessionApi implements KubeApi {
  #current: KubeApi | null = null;
  readonly #waiting = new Set<() => void>();

  /** null: there is none. */
  use(api: KubeApi | null): void {
    this.#current = api;
    if (api !== null) for (const wake of [...this.#waiting]) wake();
  }

  async get(path: string, options: Parameters<KubeApi['get']>[1] = {}): Promise<KubeAnswer> {
    const api = await this.#whenThere(options.signal);
    return api?.get(path, options) ?? { status: noAnswer, body: 'aborted' };
  }

  async watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd> {
    const api = await this.#whenThere(signal);
    return api?.watch(path, onEvent, signal) ?? { kind: 'aborted' };
  }

  /** null: the signal aborted first. */
  async #whenThere(signal: AbortSignal | undefined): Promise<KubeApi | null> {
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
