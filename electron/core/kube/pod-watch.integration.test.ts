import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { kubeKinds } from '../../../shared/kube-target.ts';
import { PodWatcher } from './testing/pod-watcher.ts';

const labels = { app: 'web' };

describe('the pod behind a target, through the real kubectl proxy', () => {
  let watcher: PodWatcher;

  beforeEach(async () => {
    watcher = await PodWatcher.create();
  });

  afterEach(() => watcher.dispose());

  it.each(kubeKinds)('is found behind a %s', async (kind) => {
    const { api } = watcher;
    if (kind === 'pod') api.addPod('web', { labels });
    else if (kind !== 'service') api.addWorkload(kind, 'web');
    const target = watcher.watch({ target: { kind, name: 'web' } });
    await target.says(kind === 'pod' ? 'web:8080' : 'web-0:8080');
  });

  it('is found by its labels', async () => {
    watcher.api.addPod('web-1', { labels: { app: 'web', tier: 'db' } });
    const target = watcher.watch({ target: { kind: 'selector', selector: 'app in (web), tier = db' } });
    await target.says('web-1:8080');
  });

  it('changes once with a rollout, and not when unrelated pods come and go', async () => {
    const { api } = watcher;
    const target = watcher.watch();
    await target.says('web-0:8080');
    api.addPod('web-1', { ready: false });
    api.addPod('web-2');
    api.removePod('web-2');
    api.setPodReady('web-1', true);
    api.terminatePod('web-0');
    await target.says('web-1:8080');
    api.removePod('web-0');
    api.addPod('web-3');
    api.setPodReady('web-1', false);
    await target.says('web-3:8080');
    expect(target.lines).toEqual(['web-0:8080', 'web-1:8080', 'web-3:8080']);
  });

  it('is awaited, and found as soon as it appears', async () => {
    const { api } = watcher;
    const target = watcher.watch();
    await target.says('web-0:8080');
    api.removePod('web-0');
    await target.says('no-ready-pod: No ready pod behind service/web: there are no pods');
    api.addPod('web-1', { phase: 'Pending' });
    await target.says('no-ready-pod: No ready pod behind service/web: web-1 is pending');
    api.setPodPhase('web-1', 'Running');
    await target.says('web-1:8080 unready');
    api.setPodReady('web-1', true);
    await target.says('web-1:8080');
  });

  it('changes with the labels of pods and of the service', async () => {
    const { api } = watcher;
    const target = watcher.watch();
    await target.says('web-0:8080');
    api.addPod('web-1');
    api.setPodLabels('web-0', { app: 'debug' });
    await target.says('web-1:8080');
    api.addPod('green-0', { labels: { app: 'green' } });
    api.addService('web', { ports: [{ port: 8080, targetPort: 9090 }], selector: { app: 'green' } });
    await target.says('green-0:9090');
  });

  it('is replaced for a while after it was unreachable, even if the API server reports it as ready', async () => {
    const { api } = watcher;
    const target = watcher.watch();
    await target.says('web-0:8080');
    api.addPod('web-1');
    const [first] = target.said;
    await eventually('the second pod is known', () => {
      target.watch.avoid(first?.kind === 'pod' ? first.uid : '');
      return target.lines.at(-1) === 'web-1:8080';
    });
  });

  describe('where a role lacks rights', () => {
    it('is listed repeatedly without the right to watch', async () => {
      const { api } = watcher;
      for (const kind of ['pods', 'services'] as const) api.setAllowed('watch', kind, false);
      const target = watcher.watch();
      await target.says('web-0:8080');
      api.addPod('web-1');
      api.removePod('web-0');
      await target.says('web-1:8080');
      expect(api.watches.count).toBe(0);
      // The right is granted later.
      for (const kind of ['pods', 'services'] as const) api.setAllowed('watch', kind, true);
      await eventually('it is watched', () => api.watches.count === 2);
    });

    it('is found with only the right to get its owner, not to list', async () => {
      const { api } = watcher;
      api.setAllowed('list', 'services', false);
      const target = watcher.watch();
      await target.says('web-0:8080');
      api.addService('web', { ports: [{ port: 8080, targetPort: 9090 }] });
      await target.says('web-0:9090');
    });

    it('is found by endpoint slices without the right to list pods, and by endpoints without the right to list slices', async () => {
      const { api } = watcher;
      api.addService('web', { ports: [{ name: 'http', port: 8080, targetPort: 9090 }] });
      api.setAllowed('list', 'pods', false);
      const bySlices = watcher.watch({ port: 'http' });
      await bySlices.says('web-0:9090');
      api.setAllowed('list', 'endpointslices', false);
      const byEndpoints = watcher.watch({ port: 'http' });
      await byEndpoints.says('web-0:9090');
      api.addPod('web-1');
      api.terminatePod('web-0');
      await bySlices.says('web-1:9090');
      await byEndpoints.says('web-1:9090');
    });

    it('is reported with the missing right, until that is granted', async () => {
      const { api } = watcher;
      for (const verb of ['get', 'list'] as const) api.setAllowed(verb, 'services', false);
      const target = watcher.watch();
      await target.says('forbidden: You are not allowed to get services in default');
      for (const verb of ['get', 'list'] as const) api.setAllowed(verb, 'services', true);
      await target.says('web-0:8080');
    });

    it('is reported with the usual resource if no resource may be read', async () => {
      const { api } = watcher;
      for (const kind of ['pods', 'endpointslices', 'endpoints'] as const)
        for (const verb of ['get', 'list'] as const) api.setAllowed(verb, kind, false);
      const target = watcher.watch();
      await target.says('forbidden: You are not allowed to list pods in default');
      api.setAllowed('list', 'pods', true);
      await target.says('web-0:8080');
    });
  });

  describe('that does not exist', () => {
    it('is found once its owner appears, and lost with it', async () => {
      const { api } = watcher;
      const target = watcher.watch({ target: { kind: 'statefulset', name: 'web' } });
      await target.says('resource-missing: statefulset/web was not found in default');
      api.addWorkload('statefulset', 'web');
      await target.says('web-0:8080');
      api.removeOwner('statefulset', 'web');
      await target.says('resource-missing: statefulset/web was not found in default');
    });

    it('is distinguished from a namespace that does not exist', async () => {
      const target = watcher.watch({ namespace: 'nowhere' });
      await target.says('resource-missing: The namespace nowhere does not exist');
      watcher.api.addService('web', { ports: [8080], namespace: 'nowhere' });
      watcher.api.addPod('web-9', { namespace: 'nowhere' });
      await target.says('web-9:8080');
    });

    it('can be a pod, or labels that no pod has', async () => {
      const pod = watcher.watch({ target: { kind: 'pod', name: 'gone' } });
      await pod.says('resource-missing: pod/gone was not found in default');
      const selected = watcher.watch({ target: { kind: 'selector', selector: 'app=gone' } });
      await selected.says('no-ready-pod: No ready pod behind app=gone: there are no pods');
    });
  });

  it('is reached through a service without a selector that leads to pods, and refused where it leads elsewhere', async () => {
    const { api } = watcher;
    api.addService('far', { ports: [8080], selector: null });
    const target = watcher.watch({ target: { kind: 'service', name: 'far' } });
    await target.says('no-ready-pod: No ready pod behind service/far: it has no selector, and no endpoints');
    api.setAddresses('far', [{ ip: '10.1.2.3', port: 5432 }]);
    await target.says(
      'config-invalid: service/far leads to addresses without a pod, which cannot be forwarded to',
    );
  });

  describe('when the API server', () => {
    it('is unreachable, the verdict stays, and changes afterwards', async () => {
      const { api } = watcher;
      const target = watcher.watch();
      await target.says('web-0:8080');
      await api.stop();
      api.addPod('web-1');
      api.removePod('web-0');
      await api.start();
      await target.says('web-1:8080');
      expect(target.lines).toEqual(['web-0:8080', 'web-1:8080']);
    });

    it('has just started and refuses all requests for a while, the verdict stays', async () => {
      const { api } = watcher;
      const target = watcher.watch();
      await target.says('web-0:8080');
      api.setAccess('starting');
      await api.restart();
      const asked = api.requests.length;
      await eventually('it is asked in vain', () => api.requests.length >= asked + 6);
      api.addPod('web-1');
      api.removePod('web-0');
      api.setAccess('allowed');
      await target.says('web-1:8080');
      expect(target.lines).toEqual(['web-0:8080', 'web-1:8080']);
    });

    it('ends watches, cuts them off, or has forgotten their version, nothing is missed', async () => {
      const { api } = watcher;
      const target = watcher.watch();
      await target.says('web-0:8080');
      const ends = [
        () => {
          api.watches.end();
        },
        () => {
          api.watches.cut();
        },
        () => {
          api.store.compact();
          api.watches.end();
        },
      ];
      for (const [index, end] of ends.entries()) {
        await eventually('it is watched', () => api.watches.count === 2);
        end();
        api.addPod(`web-${index + 1}`);
        api.removePod(`web-${index}`);
        await target.says(`web-${index + 1}:8080`);
      }
      expect(target.lines.length).toBe(4);
    });

    it('is unreachable at first, that is reported, and the pod is found as soon as the connection is back', async () => {
      const { api } = watcher;
      await api.stop();
      const target = watcher.watch();
      await eventually('something is said', () => target.said.length > 0);
      expect(target.lines[0]).toMatch(/^connection-refused: 127\.0\.0\.1:\d+ refused the connection$/);
      await api.start();
      target.watch.retryNow();
      await target.says('web-0:8080');
    });
  });

  it('is no longer watched after `close`, and nothing more is reported', async () => {
    const { api } = watcher;
    const target = watcher.watch();
    await target.says('web-0:8080');
    await eventually('it is watched', () => api.watches.count === 2);
    await target.watch.close();
    await target.watch.close();
    await eventually('nobody watches', () => api.watches.count === 0);
    api.removePod('web-0');
    expect(target.lines).toEqual(['web-0:8080']);
  });
});
