/**
 * Facts about a context from the kubeconfig: read here, or by kubectl if nothing is found, for example behind a
 * wrapper of kubectl.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { kubeconfigFiles } from './current-context.ts';
import { type ContextFacts, readKubeconfigs } from './kubeconfig.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { clusterFlags, type ClusterChoice } from './kubectl-flags.ts';

export interface FactTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The environment of kubectl. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const timeoutMs = 10_000;
/**
 * Each line starts with a word, so it is never empty. Lines are truncated at 8 KiB, which a certificate chain
 * fills.
 */
const template = [
  'namespace {.contexts[0].context.namespace}',
  'server {.clusters[0].cluster.server}',
  'proxy {.clusters[0].cluster.proxy-url}',
  'context {.contexts[0]}',
  'cluster {.clusters[0]}',
  'user {.users[0]}',
].join(String.raw`{"\n"}`);

/** null: kubectl failed too; the session reports why. Never rejects. */
export async function readContextFacts(
  cluster: ClusterChoice,
  tools: FactTools,
): Promise<ContextFacts | null> {
  const files = kubeconfigFiles(cluster.kubeconfig, tools.environment);
  return (await readKubeconfigs(files, cluster.context)) ?? queryKubectl(cluster, tools);
}

/** As kubectl merges and reads the files. */
export async function queryKubectl(
  cluster: ClusterChoice,
  { launcher, clock, signal }: FactTools,
): Promise<ContextFacts | null> {
  const argv: [string, ...string[]] = [
    'kubectl',
    'config',
    'view',
    ...clusterFlags(cluster),
    '--minify',
    // The output stays in this process: a changed value may be a token.
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
