import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readEndpoints,
  readEndpointSlice,
  readEvent,
  readList,
  readPod,
  readService,
  readWorkload,
} from './kube-objects.ts';

const metadata = { name: 'web' };

describe('a Kubernetes API object', () => {
  it('is null if a list or a mapping in it has too many entries, which would take long to check', () => {
    const many = Array.from({ length: 2_001 }, () => ({}));
    const labels = Object.fromEntries(many.map((_, index) => [`label${index}`, '']));
    expect([
      readPod({ metadata, spec: { containers: many } }),
      readPod({ metadata, spec: { containers: [{ ports: many }] } }),
      readService({ metadata, spec: { selector: labels } }),
      readEndpointSlice({ metadata, endpoints: many }),
    ]).toEqual([null, null, null, null]);
    expect(readPod({ metadata, spec: { containers: many.slice(1) } })).not.toBeNull();
  });

  it('is null if its shape is not the expected one, whatever it is', () => {
    // prettier-ignore
    const readers = [readPod, readService, readWorkload, readEndpoints, readEndpointSlice, readList, readEvent];
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const read of readers) expect(() => read(value)).not.toThrow();
      }),
    );
    expect([readPod({}), readService({ metadata }), readEvent({ type: 'NEWS', object: {} })]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('gets the defaults of the API for absent fields', () => {
    expect(readPod({ metadata })).toMatchObject({ uid: 'web', phase: 'Unknown', isReady: false, ports: [] });
    const service = readService({
      metadata,
      spec: { ports: [{ port: 80 }, { port: 81, targetPort: 0, name: '' }] },
    });
    expect(service).toMatchObject({
      selector: null,
      ports: [
        { name: null, number: 80, targetPort: 80, protocol: 'TCP' },
        { name: null, number: 81, targetPort: 81, protocol: 'TCP' },
      ],
    });
  });

  it('has the ports of its containers and sidecars, not of init containers that have exited', () => {
    const container = (port: number, more = {}) => ({ ports: [{ containerPort: port }], ...more });
    const initContainers = [container(1), container(2, { restartPolicy: 'Always' })];
    const pod = readPod({ metadata, spec: { containers: [container(3)], initContainers } });
    expect(pod?.ports.map(({ number }) => number)).toEqual([3, 2]);
  });

  it('has its selector in the form of a query', () => {
    const selectorOf = (selector: object): string | null | undefined =>
      readWorkload({ metadata, spec: { selector } })?.selector;
    expect(
      selectorOf({
        matchLabels: { app: 'web' },
        matchExpressions: [
          { key: 'tier', operator: 'In', values: ['a', 'b'] },
          { key: 'env', operator: 'NotIn', values: ['test'] },
          { key: 'x', operator: 'Exists' },
          { key: 'y', operator: 'DoesNotExist' },
        ],
      }),
    ).toBe('app=web,tier in (a,b),env notin (test),x,!y');
    // An unknown requirement must not be dropped: the selector would match more pods.
    expect(
      selectorOf({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'x', operator: 'Near' }] }),
    ).toBeNull();
    expect(selectorOf({})).toBeNull();
  });

  it('says why a pod does not run, with the reason of a container first', () => {
    const reasonOf = (status: object): string | null | undefined => readPod({ metadata, status })?.reason;
    const container = (state: object) => ({ restartCount: 1, state });
    expect(
      reasonOf({
        phase: 'Running',
        initContainerStatuses: [container({ terminated: { reason: 'Completed' } })],
        containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })],
      }),
    ).toBe('CrashLoopBackOff');
    expect(reasonOf({ phase: 'Failed', reason: 'Evicted' })).toBe('Evicted');
    const unscheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' };
    expect(reasonOf({ phase: 'Pending', conditions: [unscheduled] })).toBe('Unschedulable');
  });
});
