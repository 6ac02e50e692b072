/**
 * The command line of the kubectl proxy behind a session. Its filters are comma-separated lists of Go regular
 * expressions.
 */
import { clusterFlags, type ClusterChoice } from './kubectl-flags.ts';

const names = {
  core: 'services|endpoints|pods|events',
  apps: 'deployments|statefulsets|daemonsets|replicasets',
  batch: 'jobs',
  discovery: 'endpointslices',
} as const;

/** A list in one namespace or in all of them, or one object. */
const objects = (api: string, kinds: string): string => `^/${api}/(namespaces/[^/]+/)?(${kinds})(/[^/]+)?$`;

/** Only the paths that LocalPort requests: secrets stay out of reach. */
const acceptedPaths = [
  '^/(readyz|version)$',
  '^/api/v1/namespaces/[^/]+$',
  '^/api/v1/nodes(/[^/]+)?$',
  objects('api/v1', names.core),
  objects('apis/apps/v1', names.apps),
  objects('apis/batch/v1', names.batch),
  objects('apis/discovery[.]k8s[.]io/v1', names.discovery),
  '^/api/v1/namespaces/[^/]+/pods/[^/]+/portforward$',
];

/** kubectl's own default also rejects a pod named `exec-1` in a namespace named `pods`. */
const rejectedPaths = ['^/api/v1/namespaces/[^/]+/pods/[^/]+/(exec|attach)$'];

/**
 * POST opens streams. kubectl cannot limit a method to a path, so a POST that creates an object passes as well.
 */
const rejectedMethods = ['^(PUT|PATCH|DELETE)$'];

export function kubeProxyArgv(cluster: ClusterChoice, socketPath: string): [string, ...string[]] {
  return [
    'kubectl',
    'proxy',
    ...clusterFlags(cluster),
    // Gateways such as Rancher serve each cluster below a path of its own; kubectl 1.23 and later.
    '--append-server-path',
    `--unix-socket=${socketPath}`,
    `--accept-paths=${acceptedPaths.join(',')}`,
    `--reject-paths=${rejectedPaths.join(',')}`,
    `--reject-methods=${rejectedMethods.join(',')}`,
  ];
}

/**
 * Without these, its HTTP/2 connection to an API server that stopped responding hangs for up to 45 s
 * (golang.org/x/net/http2).
 */
export const kubeProxyEnvironment = {
  HTTP2_READ_IDLE_TIMEOUT_SECONDS: '5',
  HTTP2_PING_TIMEOUT_SECONDS: '3',
} as const;

/** Printed on stdout once its socket accepts connections. */
export const isServingLine = (line: string): boolean => line.startsWith('Starting to serve on ');
