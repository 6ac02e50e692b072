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

describe('an object of the API', () => {
  it('may be anything at all: what it is not is null', () => {
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

  it('has the defaults of the API where it says nothing', () => {
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

  it('selects pods as a query says it', () => {
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
    // Of what it does not know, nothing may be left out: more pods would be meant.
    expect(
      selectorOf({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'x', operator: 'Near' }] }),
    ).toBeNull();
    expect(selectorOf({})).toBeNull();
  });

  it('says why a pod does not run, by its containers first', () => {
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
