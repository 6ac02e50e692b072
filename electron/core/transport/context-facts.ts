/** What the kubeconfig says of a context, as kubectl merges and reads it. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { clusterFlags, type ClusterChoice } from './kubectl-flags.ts';

export interface ContextFacts {
  /** Its own; null: it names none. */
  readonly namespace: string | null;
  /** The URL of the API server; empty: not known. */
  readonly server: string;
  /** `proxy-url`; null: none. */
  readonly proxyUrl: string | null;
  /** Another one when context, cluster or user are others. */
  readonly fingerprint: string;
}

export interface FactTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const timeoutMs = 10_000;
const template = [
  '{.contexts[0].context.namespace}',
  '{.clusters[0].cluster.server}',
  '{.clusters[0].cluster.proxy-url}',
  '{.contexts[0]}{.clusters[0]}{.users[0]}',
].join(String.raw`{"\n"}`);

/** null: kubectl could not say; the session tells why. Never rejects. */
export async function readContextFacts(
  cluster: ClusterChoice,
  { launcher, clock, signal }: FactTools,
): Promise<ContextFacts | null> {
  const argv: [string, ...string[]] = [
    'kubectl',
    'config',
    'view',
    ...clusterFlags(cluster),
    '--minify',
    // It stays in this process: what changes may be a token.
    '--raw',
    `--output=jsonpath=${template}`,
  ];
  const answer = await askChild(
    { name: 'kubectl config view', argv, politeSignal: 'SIGINT' },
    { launcher, clock, timeoutMs, signal },
  );
  if (answer.kind !== 'answered' || answer.exit.exitCode !== 0) return null;
  const [namespace = '', server = '', proxyUrl = '', ...all] = answer.output;
  return {
    namespace: namespace === '' ? null : namespace,
    server,
    proxyUrl: proxyUrl === '' ? null : proxyUrl,
    fingerprint: createHash('sha256').update(all.join('\n')).digest('hex'),
  };
}
