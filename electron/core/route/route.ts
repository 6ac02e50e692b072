/**
 * What several services share on the way to their remote ends: a kube context, or an ssh host. It fails and recovers
 * as one. tcp and command services share nothing that we could ask for.
 */
import { describeCause, type Cause, type CauseCode, type TriggerKind } from '../../../shared/failure.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';

export type Route =
  | {
      readonly kind: 'kubernetes';
      readonly id: string;
      /** null: whatever context the kubeconfig names as current. */
      readonly context: string | null;
      /** null: whatever the environment names. */
      readonly kubeconfig: string | null;
    }
  | { readonly kind: 'ssh'; readonly id: string; readonly host: string };

/** The route of a connection; null when it has none. Connections on the same route have the same `id`. */
export function routeOf(connection: Connection): Route | null {
  switch (connection.technology) {
    case 'kubectl': {
      const { context, kubeconfig } = connection;
      const file = kubeconfig === null ? '' : ` in ${kubeconfig}`;
      const id = `kubernetes ${context ?? '(current context)'}${file}`;
      return { kind: 'kubernetes', id, context, kubeconfig };
    }
    case 'ssh': {
      const { host, port, jump } = connection;
      // Not the user: whether the host can be reached does not depend on who logs in.
      const address = port === null ? host : `${host} port ${String(port)}`;
      return { kind: 'ssh', id: ['ssh', ...jump.map((hop) => `${hop} →`), address].join(' '), host };
    }
    case 'tcp':
    case 'command':
      return null;
  }
}

/** `The cluster prod`, as the subject of a sentence. */
export function routeTitle(route: Route): string {
  if (route.kind === 'ssh') return `The ssh host ${route.host}`;
  return route.context === null ? 'The cluster' : `The cluster ${route.context}`;
}

const networkCodes: ReadonlySet<CauseCode> = new Set([
  'host-unreachable',
  'local-network-denied',
  'name-not-found',
  'connection-refused',
  'timed-out',
]);

/**
 * Whether a failure may be that of the route, and not of what lies behind it. ssh's connection is the route itself; what
 * kubectl loses may be one pod. Logins and certificates are shared too, but they wait for the user, and asking again
 * could open a sign-in page.
 */
export const isNetworkFailure = ({ code }: Cause, kind: Route['kind']): boolean =>
  networkCodes.has(code) || (kind === 'ssh' && code === 'closed-by-remote');

/**
 * What a service on the route is told while it is held back: `finding` is why. Only the route's return releases it. What
 * the user has to do, or may have to, is told in its own words: sign in, allow the local network.
 */
export function holdCause(route: Route, reach: 'unreachable' | 'unwell', finding: Cause): Cause {
  if (finding.recovery === 'user' || finding.code === 'local-network-denied')
    return { ...finding, recovery: 'trigger', triggers: routeTriggers };
  const code = reach === 'unreachable' ? 'route-down' : 'cluster-unwell';
  return describeCause(code, { what: routeTitle(route), evidence: finding.evidence ?? finding.title });
}

const routeTriggers: readonly TriggerKind[] = ['route', 'config', 'user'];

/** Asks that its restarts wait until the cluster is well, not only until it can be reached. */
export const isRouteAware = (service: ServiceSpec): boolean => service.healthCheck.clusterAware;
