/** What the kubeconfig says of a context: read here, or asked of kubectl where that finds nothing, as behind a wrapper of kubectl. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { kubeconfigFiles } from '../kube/current-context.ts';
import { type ContextFacts, readKubeconfigs } from '../kube/kubeconfig.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { clusterFlags, type ClusterChoice } from './kubectl-flags.ts';

export interface FactTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What kubectl gets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const timeoutMs = 10_000;
/** A line each, which is never empty. A line is cut after 8 KiB, which a chain of certificates fills. */
const template = [
  'namespace {.contexts[0].context.namespace}',
  'server {.clusters[0].cluster.server}',
  'proxy {.clusters[0].cluster.proxy-url}',
  'context {.contexts[0]}',
  'cluster {.clusters[0]}',
  'user {.users[0]}',
].join(String.raw`{"\n"}`);

/** null: kubectl could not say; the session tells why. Never rejects. */
export async function readContextFacts(
  cluster: ClusterChoice,
  tools: FactTools,
): Promise<ContextFacts | null> {
  const files = kubeconfigFiles(cluster.kubeconfig, tools.environment);
  return (await readKubeconfigs(files, cluster.context)) ?? askKubectl(cluster, tools);
}

/** As kubectl merges and reads it. */
export async function askKubectl(
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
  const valueOf = (name: string): string =>
    answer.output
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1)
      .trim() ?? '';
  return {
    namespace: valueOf('namespace') || null,
    server: valueOf('server'),
    proxyUrl: valueOf('proxy') || null,
    fingerprint: createHash('sha256').update(answer.output.join('\n')).digest('hex'),
  };
}
