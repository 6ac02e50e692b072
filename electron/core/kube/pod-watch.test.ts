/** Pod watches behind a gateway that keeps the events of watches back. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KubeCluster } from '../../../e2e/fixtures/kube-cluster.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { describeCause } from '../../../shared/failure.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { PodWatch } from './pod-watch.ts';
import { FakeKubeApi } from './testing/fake-kube-api.ts';

let cluster: KubeCluster;
let clock: FakeClock;
let watch: PodWatch;

beforeEach(() => {
  cluster = new KubeCluster();
  cluster.addService('web', { ports: [8080] });
  clock = new FakeClock();
  const api = new FakeKubeApi(cluster);
  const { watch: open } = api;
  api.watch = (path, _onEvent, signal) => open.call(api, path, () => undefined, signal);
  watch = new PodWatch({
    api,
    clock,
    question: { target: { kind: 'service', name: 'web' }, port: 8080, namespace: 'default', context: null },
    explain: () => describeCause('exited', {}),
    onVerdict: () => undefined,
  });
});

afterEach(() => watch.close());

const serving = (): string | null => (watch.verdict?.kind === 'pod' ? watch.verdict.pod : null);
const isServing = (pod: string | null): Promise<unknown> =>
  eventually(`${pod ?? 'none'} serves`, () => watch.verdict !== null && serving() === pod);

it('find a pod within a minute while none serves', async () => {
  await isServing(null);
  cluster.addPod('web-0');
  await clock.advance(59_000);
  expect(serving()).toBeNull();
  await clock.advance(1_000);
  await isServing('web-0');
});

it('find a pod at once when the user tries again', async () => {
  await isServing(null);
  cluster.addPod('web-0');
  watch.retryNow();
  await isServing('web-0');
});

it('find the next pod at once when the one that served cannot be reached', async () => {
  cluster.addPod('web-0');
  await isServing('web-0');
  const served = watch.verdict;
  cluster.addPod('web-1');
  cluster.removePod('web-0');
  await clock.advance(60_000);
  expect(serving()).toBe('web-0');
  watch.avoid(served?.kind === 'pod' ? served.uid : '');
  await isServing('web-1');
});
