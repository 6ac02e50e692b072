import type { Clock } from '../clock.ts';
import { clusterHealthOf, type ClusterHealthSpecs } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { createKubeProber } from './kube-prober.ts';
import type { Route } from './route.ts';
import type { RouteProber } from './route-prober.ts';
import { createSshProber } from './ssh-prober.ts';

export interface RouteProberTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The prober of each kind of route, as real programs. */
export const routeProbers =
  (tools: RouteProberTools) =>
  (route: Route, clusterHealth: () => ClusterHealthSpecs): RouteProber =>
    route.kind === 'ssh'
      ? createSshProber(tools.launcher, tools.clock)
      : createKubeProber({
          ...tools,
          route,
          settings: () => clusterHealthOf(clusterHealth(), route.context),
        });
