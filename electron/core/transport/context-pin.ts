/**
 * Which context a service means that names none: the current one of its kubeconfig when it came up. `kubectl config use-context` moves
 * no forward to another cluster.
 */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { kubeconfigFiles, readCurrentContext } from '../kube/current-context.ts';

export interface ContextPin {
  /** Absolute paths, in the order of kubectl. */
  readonly files: readonly string[];
  /** null: none could be read; kubectl decides. */
  readonly context: string | null;
}

/** null: the service names its context, or needs none. */
export function contextPinOf(
  { connection }: ServiceSpec,
  environment: Readonly<Record<string, string | undefined>>,
): ContextPin | null {
  if (connection.technology !== 'kubectl' || connection.context !== null) return null;
  const files = kubeconfigFiles(connection.kubeconfig, environment);
  return { files, context: readCurrentContext(files) };
}

/** They were read from the same files. */
export const isSamePlace = (one: ContextPin, other: ContextPin): boolean =>
  one.files.join('\n') === other.files.join('\n');
