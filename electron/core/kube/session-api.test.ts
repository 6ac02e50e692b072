import { expect, it } from 'vitest';
import { settle } from '../testing/fake-clock.ts';
import type { KubeAnswer, KubeApi, KubeEnd } from './kube-api.ts';
import { SessionApi } from './session-api.ts';

/** Answers as a test says; an aborted request ends by itself. */
class Session implements KubeApi {
  readonly name: string;
  readonly signals: AbortSignal[] = [];
  readonly #gets: ((answer: KubeAnswer) => void)[] = [];
  readonly #watches: ((end: KubeEnd) => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get(_path: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<KubeAnswer> {
    return new Promise((resolve) => {
      this.#gets.push(resolve);
      this.#onAbort(signal, () => {
        resolve({ status: 0, body: `aborted by ${this.name}` });
      });
    });
  }

  watch(_path: string, _onEvent: unknown, signal: AbortSignal): Promise<KubeEnd> {
    return new Promise((resolve) => {
      this.#watches.push(resolve);
      this.#onAbort(signal, () => {
        resolve({ kind: 'aborted' });
      });
    });
  }

  answers(): void {
    for (const answer of this.#gets.splice(0)) answer({ status: 200, body: this.name });
  }

  closes(): void {
    for (const end of this.#watches.splice(0)) end({ kind: 'closed' });
  }

  get asked(): readonly number[] {
    return [this.#gets.length, this.#watches.length];
  }

  #onAbort(signal: AbortSignal | undefined, action: () => void): void {
    if (signal === undefined) return;
    this.signals.push(signal);
    if (signal.aborted) action();
    signal.addEventListener('abort', action);
  }
}

const nothing = (): void => undefined;

it('waits for a session, and uses it', async () => {
  const api = new SessionApi();
  const first = new Session('first');
  const asked = [api.get('/a'), api.get('/b')];
  const watched = api.watch('/c', nothing, new AbortController().signal);
  api.use(first);
  await settle();
  expect(first.asked).toEqual([2, 1]);
  first.answers();
  first.closes();
  expect(await Promise.all(asked)).toEqual([
    { status: 200, body: 'first' },
    { status: 200, body: 'first' },
  ]);
  expect(await watched).toEqual({ kind: 'closed' });
});

it('waits no longer than its signal, and sends nothing after it', async () => {
  const api = new SessionApi();
  const waiting = new AbortController();
  const asked = api.get('/a', { signal: waiting.signal });
  const watched = api.watch('/b', nothing, waiting.signal);
  waiting.abort();
  expect([await asked, await watched]).toEqual([{ status: 0, body: 'aborted' }, { kind: 'aborted' }]);
  const session = new Session('late');
  api.use(session);
  expect(await api.get('/a', { signal: waiting.signal })).toEqual({ status: 0, body: 'aborted' });
  expect(session.asked).toEqual([0, 0]);
});

it('passes an abort on to running requests', async () => {
  const api = new SessionApi();
  const session = new Session('only');
  api.use(session);
  const ending = new AbortController();
  const asked = api.get('/a', { signal: ending.signal });
  const watched = api.watch('/b', nothing, ending.signal);
  await settle();
  ending.abort();
  expect([await asked, await watched]).toEqual([{ status: 0, body: 'aborted by only' }, { kind: 'aborted' }]);
});

it('leaves running requests alone while there is no other session: their own end says more', async () => {
  const api = new SessionApi();
  const session = new Session('gone');
  api.use(session);
  const asked = api.get('/a');
  await settle();
  api.use(null);
  expect(session.signals.map(({ aborted }) => aborted)).toEqual([false]);
  session.answers();
  expect(await asked).toEqual({ status: 200, body: 'gone' });
});

it.each([['at once'], ['after a while without one']])(
  'repeats unanswered requests on a session that takes over %s, and fails the watches',
  async (when) => {
    const api = new SessionApi();
    const [former, next] = [new Session('former'), new Session('next')];
    api.use(former);
    const asked = api.get('/a');
    const watched = api.watch('/b', nothing, new AbortController().signal);
    await settle();
    if (when !== 'at once') api.use(null);
    api.use(next);
    expect(await watched).toEqual({ kind: 'failed', reason: 'another session took over' });
    await settle();
    next.answers();
    expect(await asked).toEqual({ status: 200, body: 'next' });
  },
);

it('reports a watch as aborted if it was aborted before another session took over', async () => {
  const api = new SessionApi();
  api.use(new Session('former'));
  const ending = new AbortController();
  const watched = api.watch('/b', nothing, ending.signal);
  await settle();
  ending.abort();
  api.use(new Session('next'));
  expect(await watched).toEqual({ kind: 'aborted' });
});
