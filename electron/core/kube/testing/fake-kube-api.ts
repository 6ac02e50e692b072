/** The API of a fake cluster without a server: requests are answered at once, and watches receive changes. */
import type { KubeCluster } from '../../../../e2e/fixtures/kube-cluster.ts';
import { eventOf } from '../../../../e2e/fixtures/kube-store.ts';
import { noAnswer, type KubeAnswer, type KubeApi, type KubeEnd } from '../kube-api.ts';

export class FakeKubeApi implements KubeApi {
  readonly asked: string[] = [];
  /** It does not answer. */
  isSilent = false;
  /** The number of open watches. */
  watches = 0;
  readonly #cluster: KubeCluster;

  constructor(cluster: KubeCluster) {
    this.#cluster = cluster;
  }

  async get(path: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<KubeAnswer> {
    const url = new URL(path, 'http://paper');
    this.asked.push(url.pathname);
    if (this.isSilent) await aborted(signal);
    return signal?.aborted === true ? { status: noAnswer, body: 'aborted' } : this.#cluster.reply(url);
  }

  async watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd> {
    const url = new URL(path, 'http://paper');
    const { status, body } = this.#cluster.reply(url);
    if (status !== 200) return { kind: 'refused', answer: { status, body } };
    const query = this.#cluster.watched(url);
    if (query === null || query.missed === null) return { kind: 'failed', reason: 'too old' };
    for (const event of query.missed) onEvent(event);
    const stop = this.#cluster.store.onChange((change) => {
      const event = change.plural === query.kind ? eventOf(change, query.isSelected) : null;
      if (event !== null) onEvent(event);
    });
    this.watches += 1;
    await aborted(signal);
    this.watches -= 1;
    stop();
    return { kind: 'aborted' };
  }
}

const aborted = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
