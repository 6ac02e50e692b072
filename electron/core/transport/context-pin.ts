/**
 * The context of a service that names none: the kubeconfig's current context when the service was turned on.
 * `kubectl config use-context` does not move a forward to another cluster.
 */
export interface ContextPin {
  /** Absolute paths, in kubectl's order. */
  readonly files: readonly string[];
  /** null: none could be read; kubectl decides. */
  readonly context: string | null;
}

/** Whether both were read from the same files. */
export const isSamePin = (one: ContextPin, other: ContextPin): boolean =>
  one.files.join('\n') === other.files.join('\n');
