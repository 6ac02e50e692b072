/** What an API server that did not answer with what was asked for means, as a cause. Pure. */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { toEvidence } from '../failure/evidence.ts';
import { missingRight } from '../failure/kubectl-failures.ts';
import { noAnswer, type KubeAnswer } from '../transport/kube-api.ts';
import { readMessage } from './kube-objects.ts';
import type { TargetQuestion } from './pod-verdict.ts';

export function causeOfAnswer(
  { status, body }: KubeAnswer,
  { target, namespace, context }: Pick<TargetQuestion, 'target' | 'namespace' | 'context'>,
): Cause {
  const message = readMessage(body);
  const evidence = message === '' ? `HTTP ${String(status)}` : toEvidence(message, []);
  const known = { resource: targetName(target), namespace, context: context ?? undefined, evidence };
  const cluster = context === null ? 'The cluster' : `The cluster ${context}`;
  switch (status) {
    case noAnswer:
      return describeCause('timed-out', { ...known, host: cluster });
    case 401:
      return describeCause('unauthorized', known);
    case 403:
      return describeCause('forbidden', { ...known, right: missingRight(message) });
    case 404:
      return describeCause('resource-missing', known);
    default:
      return describeCause('cluster-unwell', { ...known, what: cluster });
  }
}
