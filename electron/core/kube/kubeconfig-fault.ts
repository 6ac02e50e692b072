/**
 * If a kubeconfig lacks the cluster or user that a context names, kubectl does not say so: it connects to
 * localhost:8080, or prompts for a user name. `kubectl config view` reports what is missing.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { classifyLines } from '../failure/failure-classifier.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { askChild, type QueryTerms } from '../process/child-query.ts';
import { clusterFlags, type ClusterChoice } from './kubectl-flags.ts';

/** Where kubectl connects without a cluster (client-go, `DefaultServerURL`), and how it exits without a user. */
const symptom = /\b(?:localhost|127\.0\.0\.1|\[::1\]):8080\b|\berror: EOF$/;
/** gcloud's kubectl first asks the API server for its version, for up to 5 s: here, whatever listens on port 8080. */
const queryMs = 10_000;

export interface KubeconfigFailure {
  readonly service: ServiceSpec;
  readonly cluster: ClusterChoice;
  /** The error of kubectl itself. */
  readonly cause: Cause;
}

/** Returns the given cause or a more specific one. Never rejects. */
export async function explainByKubeconfig(
  { service, cluster, cause }: KubeconfigFailure,
  terms: Omit<QueryTerms, 'timeoutMs'>,
): Promise<Cause> {
  if (!symptom.test(cause.evidence ?? '')) return cause;
  const argv = ['kubectl', 'config', 'view', '--minify', '--output=name', ...clusterFlags(cluster)] as const;
  const answer = await askChild(
    { name: 'kubectl config view', argv: [...argv] },
    { ...terms, timeoutMs: queryMs },
  );
  if (answer.kind !== 'answered' || answer.exit.exitCode === 0) return cause;
  return classifyLines({ service, lines: answer.exit.lastLines, privacy: thisPrivacy }) ?? cause;
}
