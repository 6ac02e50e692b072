/** What a cluster is asked, as arguments of kubectl, and what the answers mean. Pure. */
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ClusterHealthSpec } from '../config/cluster-health.ts';
import { isClusterAware } from './cluster-question.ts';
import type { ClusterFinding } from './cluster-question.ts';
import { namespaceFlag } from './kubectl-flags.ts';

export interface ClusterQuery {
  /** Without program and context. */
  readonly args: readonly string[];
  /** From the lines of its standard output; absent: that it answered is all that counts. */
  readonly judge?: (output: readonly string[]) => Extract<ClusterFinding, { kind: 'well' | 'unwell' }>;
}

/** In the order of asking. Only services that are aware of their cluster need to know more than that it answers. */
export function clusterQueries(
  services: readonly ServiceSpec[],
  { commands }: ClusterHealthSpec,
): readonly ClusterQuery[] {
  const aware = services.filter(isClusterAware);
  if (aware.length === 0) return [readiness];
  return [
    ...(commands.clusterInfo ? [readiness] : []),
    ...(commands.nodeStatus ? [nodeStatus] : []),
    ...(commands.podStatus ? namespacesOf(aware).map(podStatus) : []),
  ];
}

/** The latest warnings of the namespaces that services use, a line each. */
export const warningQueries = (services: readonly ServiceSpec[]): readonly ClusterQuery[] =>
  namespacesOf(services).map((namespace) => ({
    args: [
      'get',
      'events',
      ...namespaceFlag(namespace),
      '--field-selector=type!=Normal',
      '--sort-by=.metadata.creationTimestamp',
      String.raw`--output=jsonpath={range .items[*]}{.involvedObject.name}: {.reason}: {.message}{"\n"}{end}`,
    ],
  }));

const readiness: ClusterQuery = { args: ['get', '--raw=/readyz'] };

/** One pod tells as much as all of them, and so does none: that the API server could read it. */
const podStatus = (namespace: string | null): ClusterQuery => ({
  args:
    namespace === null
      ? ['get', 'pods', '--field-selector=metadata.name=none', '--output=name']
      : ['get', `--raw=/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?limit=1`],
});

const nodeStatus: ClusterQuery = {
  args: [
    'get',
    'nodes',
    String.raw`--output=jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`,
  ],
  judge: (output) => {
    const nodes = output.filter((line) => line.trim() !== '');
    if (nodes.length === 0 || nodes.some((line) => line.endsWith(' True'))) return { kind: 'well' };
    const evidence =
      nodes.length === 1
        ? 'its only node is not ready'
        : `none of its ${String(nodes.length)} nodes is ready`;
    return { kind: 'unwell', cause: describeCause('cluster-unwell', { evidence }) };
  },
};

function namespacesOf(services: readonly ServiceSpec[]): readonly (string | null)[] {
  const named = services.flatMap(({ connection }) =>
    connection.technology === 'kubectl' ? [connection.namespace] : [],
  );
  return [...new Set(named)];
}
