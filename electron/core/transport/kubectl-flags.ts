/** The flags of kubectl that say which cluster and namespace are meant. Values are joined: a name that begins with a dash stays a name. */

export interface ClusterChoice {
  /** null: the current one. */
  readonly context: string | null;
  /** null: whatever the environment names. */
  readonly kubeconfig: string | null;
}

export const clusterFlags = ({ context, kubeconfig }: ClusterChoice): readonly string[] => [
  ...(kubeconfig === null ? [] : [`--kubeconfig=${kubeconfig}`]),
  ...(context === null ? [] : [`--context=${context}`]),
];

/** Without the flag, kubectl takes the context's own namespace. */
export const namespaceFlag = (namespace: string | null): readonly string[] =>
  namespace === null ? [] : [`--namespace=${namespace}`];
