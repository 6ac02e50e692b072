import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubePod } from './kube-objects.ts';
import { choosePod, isForwardable, type PodPreference } from './pod-choice.ts';
import { pod } from './testing/kube-samples.ts';

const nobody: PodPreference = { current: null, avoided: new Set(), takesUnready: false };
const nameOf = (pods: readonly KubePod[], preference: Partial<PodPreference> = {}): string | null =>
  choosePod(pods, { ...nobody, ...preference })?.name ?? null;

const unready = { isReady: false, readySince: null };

describe('the choice of a pod', () => {
  it.each<readonly [string, readonly KubePod[], Partial<PodPreference>, string | null]>([
    ['none of none', [], {}, null],
    ['the one that is ready', [pod('a', unready), pod('b')], {}, 'b'],
    [
      'a running one, where none is ready',
      [pod('a', { ...unready, phase: 'Pending' }), pod('b', unready)],
      {},
      'b',
    ],
    ['none that is about to go', [pod('a', { isTerminating: true }), pod('b', unready)], {}, 'b'],
    ['none that has ended', [pod('a', { phase: 'Failed' }), pod('b', { phase: 'Succeeded' })], {}, null],
    [
      'the one that has been ready for longest',
      [pod('a'), pod('b', { readySince: '2025-12-31T00:00:00Z' })],
      {},
      'b',
    ],
    ['the one that was restarted least', [pod('a', { restarts: 3 }), pod('b')], {}, 'b'],
    [
      'the one that serves, whatever else is better',
      [pod('a'), pod('b', { restarts: 3 })],
      { current: 'uid-b' },
      'b',
    ],
    [
      'another one, when the one that serves is no longer ready',
      [pod('a'), pod('b', unready)],
      { current: 'uid-b' },
      'a',
    ],
    [
      'the one that serves, where no other is ready either',
      [pod('a', unready), pod('b', unready)],
      { current: 'uid-b' },
      'b',
    ],
    [
      'another one, when the one that serves is about to go',
      [pod('a', unready), pod('b', { isTerminating: true })],
      { current: 'uid-b' },
      'a',
    ],
    [
      'a pod of the same name anew, as any other',
      [pod('a', { uid: 'new' }), pod('b', { restarts: 1 })],
      { current: 'uid-a' },
      'a',
    ],
    ['one that can be reached', [pod('a'), pod('b', unready)], { avoided: new Set(['uid-a']) }, 'b'],
    [
      'one that could not be reached, where there is no other',
      [pod('a')],
      { avoided: new Set(['uid-a']) },
      'a',
    ],
    [
      'the one that serves, where those that are not ready count',
      [pod('a'), pod('b', unready)],
      { current: 'uid-b', takesUnready: true },
      'b',
    ],
  ])('takes %s', (_, pods, preference, expected) => {
    expect(nameOf(pods, preference)).toBe(expected);
  });

  const anyPod = fc.record({
    phase: fc.constantFrom('Running', 'Running', 'Pending', 'Failed', 'Succeeded', 'Unknown'),
    isReady: fc.boolean(),
    isTerminating: fc.boolean(),
    restarts: fc.nat(2),
    readySince: fc.constantFrom(null, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
  });
  const anyPods = fc
    .array(anyPod, { maxLength: 6 })
    .map((all) => all.map((given, index) => pod(`p${index}`, given)));
  const anyPreference = fc.record({
    current: fc.constantFrom(null, 'uid-p0', 'uid-p1', 'uid-p5', 'uid-gone'),
    avoided: fc.subarray(['uid-p0', 'uid-p1', 'uid-p2']).map((uids) => new Set(uids)),
    takesUnready: fc.boolean(),
  });

  it('never takes a terminating or stopped pod, and always takes one if there is any other', () => {
    fc.assert(
      fc.property(anyPods, anyPreference, (pods, preference) => {
        const chosen = choosePod(pods, preference);
        expect(chosen === null).toBe(!pods.some(isForwardable));
        if (chosen !== null) expect(isForwardable(chosen)).toBe(true);
      }),
    );
  });

  it('does not depend on the order of the list', () => {
    fc.assert(
      fc.property(
        anyPods.chain((pods) =>
          fc.tuple(fc.constant(pods), fc.shuffledSubarray([...pods], { minLength: pods.length })),
        ),
        anyPreference,
        ([pods, shuffled], preference) => {
          expect(choosePod(shuffled, preference)).toEqual(choosePod(pods, preference));
        },
      ),
    );
  });

  it('prefers ready pods, and keeps the current pod unless another one has a better rank', () => {
    fc.assert(
      fc.property(anyPods, anyPreference, (pods, preference) => {
        const chosen = choosePod(pods, preference);
        if (chosen === null) return;
        const isGood = (one: KubePod): boolean =>
          isForwardable(one) && one.isReady && !preference.avoided.has(one.uid);
        if (pods.some(isGood) && !preference.takesUnready) expect(isGood(chosen)).toBe(true);
        const current = pods.find(({ uid }) => uid === preference.current);
        if (current !== undefined && isGood(current)) expect(chosen).toBe(current);
        // Once chosen, it is chosen again.
        expect(choosePod(pods, { ...preference, current: chosen.uid })).toBe(chosen);
      }),
    );
  });
});
