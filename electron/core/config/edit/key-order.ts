/** The usual order of the keys of a service. */
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import { isDraftMapping } from './draft-path.ts';

const order: readonly string[] = [
  // Merges.
  '',
  'name',
  'technology',
  'type',
  'description',
  'remote',
  'dynamic',
  'local_port',
  'local_socket',
  'local_host',
  'bind',
  'allowed_hosts',
  'remote_port',
  'remote_socket',
  'enabled',
  'tags',
  'guard',
  'auto_off',
  'on_demand',
  'hold',
  'share',
  'start_timeout',
  'context',
  'namespace',
  'resource_type',
  'resource_name',
  'selector',
  'kubeconfig',
  'host',
  'user',
  'port',
  'key_file',
  'password',
  'remote_host',
  'jump',
  'connection',
  'health_check',
  'restart_policy',
];

/** Unknown keys, and keys without a usual position, come last. */
export function keyRank(key: string): number {
  const rank = order.indexOf(key);
  return rank === -1 ? order.length : rank;
}

/** A draft with its keys in this order, also in nested mappings. */
export const inKeyOrder = (draft: ServiceDraft): Record<string, DraftValue> =>
  Object.fromEntries(
    Object.entries(draft)
      .map(([key, value]): [string, DraftValue] => [key, isDraftMapping(value) ? inKeyOrder(value) : value])
      .sort(([a], [b]) => keyRank(a) - keyRank(b)),
  );
