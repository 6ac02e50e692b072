import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import {
  judgeCluster,
  nextQuestionMs,
  openCluster,
  type Answer,
  type ClusterPace,
  type ClusterState,
} from './cluster-verdict.ts';

const regular: ClusterPace = { intervalMs: 240_000, failureThreshold: 3 };
const onDemand: ClusterPace = { intervalMs: null, failureThreshold: 3 };
const unreachable: Answer['finding'] = { kind: 'unreachable', cause: describeCause('timed-out') };
const unwell: Answer['finding'] = { kind: 'unwell', cause: describeCause('cluster-unwell') };
const well: Answer['finding'] = { kind: 'well' };

/** What a cluster becomes by these answers, one after the other. */
function after(pace: ClusterPace, ...answers: Partial<Answer>[]): ClusterState {
  return answers.reduce<ClusterState>(
    (state, answer) =>
      judgeCluster(state, { finding: unreachable, isCorroborated: false, now: 7, ...answer }, pace),
    openCluster,
  );
}

const inWords = (state: ClusterState): string =>
  state.status === 'open' ? `open, ${state.failures} failures` : state.reach;

describe('the verdict on a cluster', () => {
  it.each<[string, Partial<Answer>[], string]>([
    ['one failure that no tunnel confirms', [{}], 'open, 1 failures'],
    ['as many in a row as the threshold', [{}, {}, {}], 'unreachable'],
    ['a good one between them', [{}, {}, { finding: well }, {}, {}], 'open, 2 failures'],
    ['one failure that a tunnel confirms', [{ isCorroborated: true }], 'unreachable'],
    ['failures while it is down', [{ isCorroborated: true }, {}, {}], 'unreachable'],
    ['an answer that is not good', [{ isCorroborated: true }, { finding: unwell }], 'unwell'],
    ['one good answer', [{ isCorroborated: true }, {}, { finding: well }], 'open, 0 failures'],
  ])('after %s', (_, answers, expected) => {
    expect(inWords(after(regular, ...answers))).toBe(expected);
  });

  it('remembers since when it is down, and why by the latest answer', () => {
    const state = after(regular, { isCorroborated: true, now: 3 }, { finding: unwell, now: 9 });
    expect(state).toMatchObject({ since: 3, cause: { code: 'cluster-unwell' } });
  });

  it.each<[string, ClusterState, ClusterPace, number | null]>([
    ['regularly while all is well', openCluster, regular, 240_000],
    ['not at all where nobody asked for it', openCluster, onDemand, null],
    ['soon when in doubt', { status: 'open', failures: 1 }, regular, 5_000],
    ['no later than regularly', { status: 'open', failures: 1 }, { ...regular, intervalMs: 900 }, 900],
    ['soon when in doubt, whoever asked', { status: 'open', failures: 1 }, onDemand, 5_000],
  ])('is sought again: %s', (_, state, pace, expected) => {
    expect(nextQuestionMs(state, pace, 0)).toBe(expected);
  });

  it.each([
    ['forbidden', [5_000, 10_000, 60_000]],
    ['unauthorized', [5_000, 10_000, 60_000]],
    ['host-key-unknown', [60_000, 60_000, 60_000]],
    ['credentials-expired', [null, null, null]],
  ] as const)('is sought again after %s unless asking could do harm', (code, expected) => {
    const state: ClusterState = { status: 'down', reach: 'unwell', cause: describeCause(code), since: 0 };
    expect([0, 320_000, 1e9].map((now) => nextQuestionMs(state, onDemand, now))).toEqual(expected);
  });

  it('is sought at distances that grow with the outage, for ever', () => {
    const cause = describeCause('timed-out');
    const state: ClusterState = { status: 'down', reach: 'unreachable', cause, since: 0 };
    const distances = [0, 32_000, 80_000, 320_000, 1e9].map((now) => nextQuestionMs(state, onDemand, now));
    expect(distances).toEqual([1_000, 1_000, 2_500, 10_000, 60_000]);
  });
});
