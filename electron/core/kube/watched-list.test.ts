import { describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { noAnswer, type KubeAnswer, type KubeApi, type KubeEnd } from './kube-api.ts';
import { watchList } from './watched-list.ts';

interface Named {
  readonly name: string;
}

const object = (name: string, version = '1') => ({ metadata: { name, resourceVersion: version } });
const list = (...names: readonly string[]): KubeAnswer => ({
  status: 200,
  body: { metadata: { resourceVersion: '5' }, items: names.map((name) => object(name)) },
});
const refused: KubeAnswer = { status: 403, body: { message: 'no' } };
const broken: KubeEnd = { kind: 'failed', reason: 'reset' };

/** An API server that gives scripted answers, one per request, and then no more. */
class ScriptedApi implements KubeApi {
  readonly asked: string[] = [];
  readonly #answers: (KubeAnswer | KubeEnd)[];
  event: (event: unknown) => void = () => undefined;

  constructor(...answers: readonly (KubeAnswer | KubeEnd)[]) {
    this.#answers = [...answers];
  }

  get(path: string): Promise<KubeAnswer> {
    return this.#answer<KubeAnswer>(`get ${path}`);
  }

  watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<KubeEnd> {
    this.event = onEvent;
    return Promise.race([
      this.#answer<KubeEnd>(`watch ${path}`),
      new Promise<KubeEnd>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ kind: 'aborted' });
        });
      }),
    ]);
  }

  #answer<T>(question: string): Promise<T> {
    this.asked.push(question.replace(/[?&](?:limit|allowWatchBookmarks|timeoutSeconds|watch)=\w+/g, ''));
    const answer = this.#answers.shift() as T | undefined;
    return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer);
  }
}

function start(
  api: ScriptedApi,
  { singlePath, hasAlternative = false }: { singlePath?: string; hasAlternative?: boolean } = {},
) {
  const clock = new FakeClock();
  const ending = new AbortController();
  let refreshing = new AbortController();
  const told: string[] = [];
  const ended = watchList<Named>({
    api,
    clock,
    signal: ending.signal,
    hurry: () => new AbortController().signal,
    refresh: () => refreshing.signal,
    query: {
      path: '/pods',
      ...(singlePath === undefined ? {} : { singlePath }),
      read: (one) => ({ name: (one as ReturnType<typeof object>).metadata.name }),
    },
    onItems: (items) => told.push(items.map(({ name }) => name).join(' ')),
    onFailure: ({ status }) => told.push(`failed ${String(status)}`),
    hasAlternative,
  });
  return {
    clock,
    told,
    ended,
    refresh: (): void => {
      const former = refreshing;
      refreshing = new AbortController();
      former.abort();
    },
    stop: async (): Promise<void> => {
      ending.abort();
      await clock.advance(0);
    },
  };
}

describe('a watched list', () => {
  it('follows events from the version of the list, and resumes after the last event when the watch is closed', async () => {
    const api = new ScriptedApi(list('a'));
    const { clock, told, stop } = start(api);
    await clock.advance(0);
    api.event({ type: 'ADDED', object: object('b', '6') });
    api.event({ type: 'DELETED', object: object('a', '7') });
    api.event({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } });
    expect(told).toEqual(['a', 'a b', 'b']);
    expect(api.asked).toEqual(['get /pods', 'watch /pods&resourceVersion=5']);
    await stop();
  });

  it('resumes the watch from the last version that it saw, including bookmarks', async () => {
    let close: (end: KubeEnd) => void = () => undefined;
    const api = new ScriptedApi(list('a'));
    api.watch = (path, onEvent) => {
      api.asked.push(/resourceVersion=\d+/.exec(path)?.[0] ?? '');
      onEvent({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } });
      return new Promise((resolve) => (close = resolve));
    };
    const { clock, stop } = start(api);
    await clock.advance(5_000);
    close({ kind: 'closed' });
    await clock.advance(0);
    expect(api.asked.slice(1)).toEqual(['resourceVersion=5', 'resourceVersion=9']);
    close({ kind: 'aborted' });
    await stop();
  });

  it('is listed every 15 s without the right to watch', async () => {
    const end: KubeEnd = { kind: 'refused', answer: refused };
    const api = new ScriptedApi(list('a'), end, list('b'), end, list('c'));
    const { clock, told, stop } = start(api);
    await clock.advance(14_999);
    expect(told).toEqual(['a']);
    await clock.advance(1);
    expect(told).toEqual(['a', 'b']);
    await clock.advance(15_000);
    expect(told).toEqual(['a', 'b', 'c']);
    await stop();
  });

  it('believes a refusal only a minute after an outage', async () => {
    const refusals = Array.from({ length: 61 }, () => refused);
    const api = new ScriptedApi(list('a'), broken, ...refusals);
    const { clock, told, stop } = start(api);
    await clock.advance(59_000);
    expect(told).toEqual(['a']);
    await clock.advance(1_500);
    expect(told).toEqual(['a', 'failed 403']);
    await stop();
  });

  it('reports an outage, and retries with growing delays of up to 15 s', async () => {
    const api = new ScriptedApi(...Array.from({ length: 9 }, () => ({ status: noAnswer, body: 'reset' })));
    const { clock, told, stop } = start(api);
    const triesAt: number[] = [];
    for (let second = 0; second < 62; second++) {
      await clock.advance(second === 0 ? 0 : 1_000);
      if (api.asked.length > triesAt.length) triesAt.push(second);
    }
    expect(triesAt).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
    expect(new Set(told)).toEqual(new Set(['failed 0']));
    await stop();
  });

  it('asks an overloaded server for changes only, less and less often, and not before the server allows', async () => {
    const overloaded = (retryAfterMs?: number): KubeEnd => ({
      kind: 'refused',
      answer: { status: 429, body: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    });
    const api = new ScriptedApi(list('a'), overloaded(), overloaded(), overloaded(30_000), overloaded());
    const { clock, stop } = start(api);
    const triesAt: number[] = [];
    for (let second = 0; second < 60; second++) {
      await clock.advance(second === 0 ? 0 : 1_000);
      if (api.asked.length > triesAt.length + 1) triesAt.push(second);
    }
    expect(triesAt).toEqual([0, 1, 3, 33, 41]);
    expect(new Set(api.asked.slice(1))).toEqual(new Set(['watch /pods&resourceVersion=5']));
    await stop();
  });

  it('is listed less and less often while the watch of it fails at once', async () => {
    const failing: KubeEnd = { kind: 'refused', answer: { status: 503, body: '' } };
    const turns = Array.from({ length: 9 }, () => [list('a'), failing]).flat();
    const api = new ScriptedApi(...turns);
    const { clock, stop } = start(api);
    await clock.advance(29_000);
    expect(api.asked.filter((asked) => asked === 'get /pods')).toHaveLength(5);
    await stop();
  });

  it('is given up when it is refused and there is another query, except for expired credentials', async () => {
    const api = new ScriptedApi({ status: 401, body: '' }, refused);
    const { clock, told, ended } = start(api, { hasAlternative: true });
    await clock.advance(1_000);
    expect(await ended).toEqual(refused);
    expect(told).toEqual(['failed 401']);
  });

  it('gets the single object if listing is refused; a missing object is an empty list', async () => {
    const api = new ScriptedApi(refused, { status: 200, body: object('a') }, refused, {
      status: 404,
      body: '',
    });
    const { clock, told, stop } = start(api, { singlePath: '/pods/a' });
    await clock.advance(15_000);
    expect(told).toEqual(['a', '']);
    expect(api.asked).toEqual(['get /pods', 'get /pods/a', 'get /pods', 'get /pods/a']);
    await stop();
  });

  it.each([
    ['has forgotten the version', { type: 'ERROR', object: { code: 410 } }],
    ['says what nobody can read', { type: 'NEWS', object: {} }],
    ['says nothing at all', null],
  ])('is listed again when the watch %s', async (_, event) => {
    const api = new ScriptedApi(list('a'));
    const { clock, told, stop } = start(api);
    await clock.advance(0);
    api.event(event);
    // The watch is not trusted after that.
    api.event({ type: 'ADDED', object: object('b') });
    await clock.advance(1_000);
    expect(api.asked.at(-1)).toBe('get /pods');
    expect(told).toEqual(['a']);
    await stop();
  });

  it('is listed again when a watch exceeds its time', async () => {
    const api = new ScriptedApi(list('a'));
    const { clock, stop } = start(api);
    await clock.advance(300_000);
    expect(api.asked).toEqual(['get /pods', 'watch /pods&resourceVersion=5']);
    await clock.advance(20_000);
    expect(api.asked.at(-1)).toBe('get /pods');
    await stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('is listed again at once when its reader doubts it, although its watch is open', async () => {
    const api = new ScriptedApi(list('a'));
    const { clock, refresh, stop } = start(api);
    await clock.advance(5_000);
    refresh();
    await clock.advance(0);
    expect(api.asked).toEqual(['get /pods', 'watch /pods&resourceVersion=5', 'get /pods']);
    await stop();
  });

  it('is listed less and less often while its watches forget the version at once', async () => {
    const gone: KubeEnd = { kind: 'refused', answer: { status: 410, body: '' } };
    const api = new ScriptedApi(...Array.from({ length: 9 }, () => [list('a'), gone]).flat());
    const { clock, stop } = start(api);
    await clock.advance(29_000);
    expect(api.asked.filter((asked) => asked === 'get /pods')).toHaveLength(5);
    await stop();
  });

  it('does not retry in a tight loop when watches end as soon as they begin', async () => {
    const closed: KubeEnd = { kind: 'closed' };
    const api = new ScriptedApi(list('a'), closed, closed, closed);
    const { clock, stop } = start(api);
    await clock.advance(999);
    expect(api.asked.length).toBe(2);
    await clock.advance(1_001);
    expect(api.asked.length).toBe(4);
    await stop();
  });

  it('is listed again when all items of a truncated list are gone', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `p${index}`);
    const api = new ScriptedApi(list(...names));
    const { clock, stop } = start(api);
    await eventually('it is watched', () => api.asked.length === 2);
    for (const name of names) api.event({ type: 'DELETED', object: object(name) });
    await clock.advance(1_000);
    expect(api.asked).toEqual(['get /pods', 'watch /pods&resourceVersion=5', 'get /pods']);
    await stop();
  });
});
