/**
 * The context of a service that names none: the kubeconfig's current context when the service was turned on.
 * `kubectl config use-context` does not move a forward to another cluster.
 */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { kubeconfigFiles, readCurrentContext } from '../kube/current-context.ts';

export interface ContextPin {
  /** Absolute paths, in kubectl's order. */
  readonly files: readonly string[];
  /** null: none could be read; kubectl decides. */
  readonly context: string | null;
}

/** null: the service names its context, or does not need one. */
export function contextPinOf(
  { connection }: ServiceSpec,
  environment: Readonly<Record<string, string | undefined>>,
): ContextPin | null {
  if (connection.technology !== 'kubectl' || connection.context !== null) return null;
  const files = kubeconfigFiles(connection.kubeconfig, environment);
  return { files, context: readCurrentContext(files) };
}

/** Whether both were read from the same files. */
export const isSamePin = (one: ContextPin, other: ContextPin): boolean =>
  one.files.join('\n') === other.files.join('\n');
