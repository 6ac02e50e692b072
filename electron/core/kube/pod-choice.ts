/**
 * Which pod serves a target. Pure. Invariants:
 *
 * 1. A pod that terminates, or does not run, is never chosen.
 * 2. A pod that serves goes on serving: it is left only when it may no longer be chosen, or when it is worse in kind than
 *    another one (not ready, or just found unreachable). Never for the sake of balance.
 * 3. The choice does not depend on the order of the list.
 */
import type { KubePod } from './kube-objects.ts';

export interface PodPreference {
  /** The uid of the pod that serves now; null: none does. */
  readonly current: string | null;
  /** Uids of pods that could just not be reached, whatever the API server says of them. */
  readonly avoided: ReadonlySet<string>;
  /** A service may publish pods that are not ready: they count as ready. */
  readonly takesUnready: boolean;
}

export const isForwardable = ({ phase, isTerminating }: KubePod): boolean =>
  phase === 'Running' && !isTerminating;

export const isServing = ({ isReady }: KubePod, { takesUnready }: Pick<PodPreference, 'takesUnready'>) =>
  isReady || takesUnready;

/** null: none can be forwarded to. */
export function choosePod(pods: readonly KubePod[], preference: PodPreference): KubePod | null {
  const candidates = pods.filter(isForwardable);
  const [best] = candidates.toSorted((a, b) => compare(a, b, preference));
  if (best === undefined) return null;
  const current = candidates.find(({ uid }) => uid === preference.current);
  return current !== undefined && rank(current, preference) === rank(best, preference) ? current : best;
}

/** 0 is best. One that cannot be reached is of no use, however ready. */
function rank(pod: KubePod, preference: PodPreference): number {
  return (preference.avoided.has(pod.uid) ? 2 : 0) + (isServing(pod, preference) ? 0 : 1);
}

/** As kubectl sorts them: ready for longest, restarted least, oldest. */
function compare(a: KubePod, b: KubePod, preference: PodPreference): number {
  return (
    rank(a, preference) - rank(b, preference) ||
    // With `takesUnready`, one that is ready is still the better one to begin with.
    Number(b.isReady) - Number(a.isReady) ||
    compareText(a.readySince ?? '~', b.readySince ?? '~') ||
    a.restarts - b.restarts ||
    compareText(a.createdAt, b.createdAt) ||
    compareText(a.name, b.name) ||
    compareText(a.uid, b.uid)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
