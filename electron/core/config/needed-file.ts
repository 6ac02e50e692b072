import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';

/** The file that a service needs to run, and the key that names it. */
export function fileOf(
  connection: Connection,
): { readonly file: string; readonly key: 'key_file' | 'kubeconfig' } | null {
  if (connection.technology === 'ssh' && connection.keyFile !== null)
    return { file: connection.keyFile, key: 'key_file' };
  if (connection.technology === 'kubectl' && connection.kubeconfig !== null)
    return { file: connection.kubeconfig, key: 'kubeconfig' };
  return null;
}

/** The kubeconfigs that services name themselves, without duplicates. */
export const kubeconfigsOf = (services: readonly ServiceSpec[]): readonly string[] => {
  const files = services.flatMap(({ connection }) => fileOf(connection) ?? []);
  return [...new Set(files.filter(({ key }) => key === 'kubeconfig').map(({ file }) => file))].toSorted();
};
