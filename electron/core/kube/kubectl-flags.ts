/**
 * The kubectl flags that select a cluster and a namespace. Values are joined with `=`, so that a name with a
 * leading dash is not taken for a flag.
 */

export interface ClusterChoice {
  /** null: the current context. */
  readonly context: string | null;
  /** null: as set by the environment. */
  readonly kubeconfig: string | null;
}

export const clusterFlags = ({ context, kubeconfig }: ClusterChoice): readonly string[] => [
  ...(kubeconfig === null ? [] : [`--kubeconfig=${kubeconfig}`]),
  ...(context === null ? [] : [`--context=${context}`]),
];

/** Without this flag, kubectl uses the context's own namespace. */
export const namespaceFlag = (namespace: string | null): readonly string[] =>
  namespace === null ? [] : [`--namespace=${namespace}`];
