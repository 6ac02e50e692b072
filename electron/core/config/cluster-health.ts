import type { RawClusterHealth, RawFile } from '../../../shared/config-schema.ts';

/** How the health of a kube context's cluster is monitored. */
export interface ClusterHealthSpec {
  readonly enabled: boolean;
  readonly intervalMs: number;
  /** For each kubectl command. */
  readonly timeoutMs: number;
  readonly retryAttempts: number;
  /** Consecutive failures that make a cluster unhealthy. */
  readonly failureThreshold: number;
  readonly commands: {
    readonly clusterInfo: boolean;
    readonly podStatus: boolean;
    readonly nodeStatus: boolean;
    readonly eventsOnFailure: boolean;
  };
}

export interface ClusterHealthSpecs {
  /** For every context that is not listed below. */
  readonly defaults: ClusterHealthSpec;
  readonly contexts: ReadonlyMap<string, ClusterHealthSpec>;
}

/** The settings for this context; null: the kubeconfig's current one, whatever its name. */
export const clusterHealthOf = ({ defaults, contexts }: ClusterHealthSpecs, context: string | null) =>
  (context === null ? undefined : contexts.get(context)) ?? defaults;

/** Merges each context's cluster_health over `defaults.cluster_health`, and that over 0.3.7's own defaults. */
export function buildClusterHealth(file: Pick<RawFile, 'defaults' | 'cluster_contexts'>): ClusterHealthSpecs {
  const defaults = file.defaults?.cluster_health ?? {};
  const contexts = Object.entries(file.cluster_contexts ?? {}).map(
    ([context, { cluster_health: own = {} }]): [string, ClusterHealthSpec] => [
      context,
      complete({ ...defaults, ...own, commands: { ...defaults.commands, ...own.commands } }),
    ],
  );
  return { defaults: complete(defaults), contexts: new Map(contexts) };
}

function complete(raw: RawClusterHealth): ClusterHealthSpec {
  return {
    enabled: raw.enabled ?? true,
    intervalMs: raw.interval ?? 240_000,
    timeoutMs: raw.timeout ?? 30_000,
    retryAttempts: raw.retry_attempts ?? 2,
    failureThreshold: raw.failure_threshold ?? 3,
    commands: {
      clusterInfo: raw.commands?.cluster_info ?? true,
      podStatus: raw.commands?.pod_status ?? true,
      nodeStatus: raw.commands?.node_status ?? true,
      eventsOnFailure: raw.commands?.events_on_failure ?? true,
    },
  };
}

/** The settings without any config. */
export const defaultClusterHealth: ClusterHealthSpecs = buildClusterHealth({});
