/**
 * Which pod serves a target. Pure. Invariants:
 *
 * 1. A pod that terminates, or does not run, is never chosen.
 * 2. A pod that serves keeps serving: it is replaced only when it may no longer be chosen, or when its rank is worse than
 *    that of another pod (not ready, or just found unreachable). Never for load balancing.
 * 3. The choice does not depend on the order of the list.
 */
import type { KubePod } from './kube-objects.ts';

export interface PodPreference {
  /** The uid of the pod that serves now; null: none. */
  readonly current: string | null;
  /** The uids of pods that were unreachable a moment ago, whatever the API server says about them. */
  readonly avoided: ReadonlySet<string>;
  /** A service may publish pods that are not ready: they count as ready. */
  readonly takesUnready: boolean;
}

export const isForwardable = ({ phase, isTerminating }: KubePod): boolean =>
  phase === 'Running' && !isTerminating;

export const isServing = ({ isReady }: KubePod, { takesUnready }: Pick<PodPreference, 'takesUnready'>) =>
  isReady || takesUnready;

/** null: no pod can be forwarded to. */
export function choosePod(pods: readonly KubePod[], preference: PodPreference): KubePod | null {
  const candidates = pods.filter(isForwardable);
  const [best] = candidates.toSorted((a, b) => compare(a, b, preference));
  if (best === undefined) return null;
  const current = candidates.find(({ uid }) => uid === preference.current);
  return current !== undefined && rank(current, preference) === rank(best, preference) ? current : best;
}

/** 0 is best. An unreachable pod is useless, even if it is ready. */
function rank(pod: KubePod, preference: PodPreference): number {
  return (preference.avoided.has(pod.uid) ? 2 : 0) + (isServing(pod, preference) ? 0 : 1);
}

/** In the order of kubectl: ready for longest, fewest restarts, oldest. */
function compare(a: KubePod, b: KubePod, preference: PodPreference): number {
  return (
    rank(a, preference) - rank(b, preference) ||
    // With `takesUnready`, a ready pod is still the better first choice.
    Number(b.isReady) - Number(a.isReady) ||
    compareText(a.readySince ?? '~', b.readySince ?? '~') ||
    a.restarts - b.restarts ||
    compareText(a.createdAt, b.createdAt) ||
    compareText(a.name, b.name) ||
    compareText(a.uid, b.uid)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
