/** The kubectl command line of a tunnel. */
import type { Connection } from '../../../shared/service-spec.ts';
import { clusterFlags, namespaceFlag } from '../transport/kubectl-flags.ts';

export type KubectlConnection = Extract<Connection, { technology: 'kubectl' }>;

/**
 * How long kubectl waits for a pod to exist: it watches, so a pod that comes is found at once; but only when it gives
 * up does the user learn what is missing. Below the start deadline, so that it can say so itself.
 */
const podRunningTimeoutSeconds = 10;

/**
 * `resource`: `service/web`. `:80` lets kubectl choose a free local port. The address is named because by default kubectl is
 * content with one of IPv4 and IPv6.
 */
export function kubectlArgv(connection: KubectlConnection, resource: string): [string, ...string[]] {
  return [
    'kubectl',
    'port-forward',
    '--address=127.0.0.1',
    ...clusterFlags(connection),
    ...namespaceFlag(connection.namespace),
    `--pod-running-timeout=${String(podRunningTimeoutSeconds)}s`,
    resource,
    `:${String(connection.remotePort)}`,
  ];
}
