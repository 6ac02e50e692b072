import { beforeEach, describe, expect, it } from 'vitest';
import { KubeCluster } from '../../../e2e/fixtures/kube-cluster.ts';
import { buildClusterHealth, clusterHealthOf } from '../config/cluster-health.ts';
import { checkCluster, type ClusterCheckTerms, readWarnings } from './cluster-check.ts';
import { FakeKubeApi } from './testing/fake-kube-api.ts';

type Commands = Readonly<
  Record<'cluster_info' | 'pod_status' | 'node_status' | 'events_on_failure', boolean>
>;

let cluster: KubeCluster;
let api: FakeKubeApi;

beforeEach(() => {
  cluster = new KubeCluster();
  api = new FakeKubeApi(cluster);
  cluster.addPod('web-0');
});

const termsOf = (
  more: Partial<ClusterCheckTerms> = {},
  commands: Partial<Commands> = {},
): ClusterCheckTerms => ({
  api,
  settings: clusterHealthOf(buildClusterHealth({ defaults: { cluster_health: { commands } } }), 'prod'),
  namespaces: ['default'],
  signal: new AbortController().signal,
  ...more,
});

/** The fault; null: none. */
async function fault(...given: Parameters<typeof termsOf>): Promise<string | null> {
  const cause = await checkCluster(termsOf(...given));
  if (cause !== null) expect(cause.code).toBe('cluster-unwell');
  return cause?.evidence ?? null;
}

describe('a cluster', () => {
  it('is healthy when it reports that it is ready, a node is ready and pods in all namespaces can be read', async () => {
    cluster.addNode('good');
    cluster.addNode('bad', false);
    cluster.addPod('shop-0', { namespace: 'shop' });
    expect([await fault({ namespaces: ['default', 'shop'] }), api.asked]).toEqual([
      null,
      ['/readyz', '/api/v1/nodes', '/api/v1/namespaces/default/pods', '/api/v1/namespaces/shop/pods'],
    ]);
  });

  it('is unhealthy when no node is ready, and healthy when no nodes are known', async () => {
    expect(await fault()).toBeNull();
    cluster.addNode('one', false);
    expect(await fault()).toBe('its only node is not ready');
    cluster.addNode('two', false);
    expect(await fault()).toBe('none of its 2 nodes is ready');
  });

  it('is unhealthy when it reports so, with its message, and further queries are skipped', async () => {
    cluster.setReady(false);
    expect([await fault(), api.asked]).toEqual(['/readyz: [-]etcd failed', ['/readyz']]);
  });

  it('is unhealthy when its store does not answer although the API server does', async () => {
    cluster.setAccess('broken');
    expect(await fault({}, { cluster_info: false, node_status: false })).toBe(
      '/api/v1/namespaces/default/pods: etcdserver: request timed out',
    );
  });

  it('is unhealthy when it does not answer or rejects the credentials', async () => {
    const silent: ClusterCheckTerms['api'] = {
      get: () => Promise.resolve({ status: 0, body: 'no answer within 30 s' }),
      watch: () => Promise.resolve({ kind: 'aborted' }),
    };
    expect(await fault({ api: silent })).toBe('/readyz: no answer within 30 s');
    const mute = { ...silent, get: () => Promise.resolve({ status: 502, body: '' }) };
    expect(await fault({ api: mute })).toBe('/readyz: HTTP 502');
    cluster.setAccess('unauthorized');
    expect(await fault()).toBe('/readyz: Unauthorized');
  });

  it('is not unhealthy because of a query that the user may not make', async () => {
    cluster.addNode('bad', false);
    cluster.setListable('nodes', false);
    cluster.setListable('pods', false);
    expect(await fault()).toBeNull();
    cluster.setAccess('starting');
    expect(await fault()).toBeNull();
  });

  it('gets only the queries that the config enables', async () => {
    cluster.addNode('bad', false);
    expect(await fault({}, { node_status: false, cluster_info: false })).toBeNull();
    expect(api.asked).toEqual(['/api/v1/namespaces/default/pods']);
    api.asked.length = 0;
    expect(await fault({}, { node_status: false, cluster_info: false, pod_status: false })).toBeNull();
    expect(api.asked).toEqual([]);
  });

  it('gets no more queries when the check is aborted, which is not a fault', async () => {
    api.isSilent = true;
    const cancellation = new AbortController();
    const asked = fault({ signal: cancellation.signal });
    cancellation.abort();
    expect(await asked).toBeNull();
  });
});

it('reads the latest five warnings of each namespace, oldest first, and no normal events', async () => {
  const event = { namespace: 'default', podName: 'web-0', count: 1 } as const;
  cluster.addEvent({
    ...event,
    type: 'Normal',
    reason: 'Pulled',
    message: 'pulled',
    time: '2026-01-01T00:00:09Z',
  });
  for (const second of [3, 1, 2, 5, 4, 6])
    cluster.addEvent({
      ...event,
      type: 'Warning',
      reason: 'BackOff',
      message: `restarting ${String(second)}`,
      time: `2026-01-01T00:00:0${String(second)}Z`,
    });
  expect(await readWarnings(termsOf())).toEqual(
    [2, 3, 4, 5, 6].map((second) => `web-0: BackOff: restarting ${String(second)}`),
  );
  cluster.setListable('events', false);
  expect(await readWarnings(termsOf())).toEqual([]);
});
