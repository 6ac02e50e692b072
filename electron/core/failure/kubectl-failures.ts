/** Failures in kubectl's stderr, including output of credential plugins. */
import { joinHostPort } from '../../../shared/bind-address.ts';
import { credentialFailures } from './credential-failures.ts';
import { type FailureRule, type Finding, follows, portOf, proves } from './failure-rules.ts';
import { kubeconfigFailures } from './kubeconfig-failures.ts';
import { isUnanswered } from './network-failures.ts';

/**
 * The permission that is missing, in the form of `kubectl auth can-i`: `list pods`, `get deployments.apps`. Forwarding
 * needs `get` over a WebSocket and `create` over SPDY; either one is enough.
 */
export function missingRight(text: string): string | undefined {
  const [, verb, resource, group = ''] =
    /cannot (\w+) resource "([\w./-]+)"(?: in API group "([\w.-]*)")?/.exec(text) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  if (resource === 'pods/portforward') return 'create pods/portforward';
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

export const kubectlFailures: readonly FailureRule[] = [
  ...kubeconfigFailures,
  ...credentialFailures,
  { pattern: /proxyconnect tcp: (.*)$/i, finding: proxyFinding },
  proves('forbidden', /admission webhook "([^"]+)" denied the request/i, ([, webhook = '']) => ({
    fix: `The cluster's policy ${webhook} forbids it: ask its administrators`,
  })),
  proves('exited', /server gave HTTP response to HTTPS client/i, {
    what: 'The server of the cluster answers without TLS',
    fix: 'Correct server of the cluster in your kubeconfig',
  }),
  proves('forbidden', /\bforbidden\b/i, ({ input }) => ({
    right: missingRight(input),
    namespace: /in the namespace "([^"]+)"/.exec(input)?.[1],
  })),
  proves('resource-missing', /\bnamespaces? "([^"]+)" not found/i, ([, namespace]) => ({
    resource: 'namespace',
    namespace,
  })),
  proves(
    'resource-missing',
    /\(NotFound\)|\b[a-z]+s(?:\.[a-z.]+)? "[^"]+" not found|the server could not find the requested resource|doesn't have a resource type/i,
  ),
  proves('config-invalid', /unknown flag: --append-server-path/, {
    what: 'This kubectl is too old',
    fix: 'Install kubectl 1.23 or later, or set engine: kubectl',
  }),
  proves('config-invalid', /UDP protocol is not supported for (\S+)/, ([, port = '']) => ({
    what: `Port ${port} is UDP, and only TCP can be forwarded`,
  })),
  proves(
    'config-invalid',
    /invalid service '([^']+)': Service is defined without a selector/i,
    ([, name = '']) => ({
      what: `service/${name} has no selector, so kubectl finds no pod behind it`,
      fix: 'Forward to a pod or a deployment, or connect to the address behind the service',
    }),
  ),
  proves('file-missing', /^error: (?:stat|open) (\S+): no such file or directory/i, ([, file]) => ({
    what: file,
  })),
  proves(
    'config-invalid',
    /\b(service|pod) '?([^\s']+)'? does not have a (?:service|named) port '?([^\s']+?)'?$/i,
    ([, kind = '', name = '', port = '']) => ({
      what: `The ${kind.toLowerCase()} ${name} has no port ${port}`,
    }),
  ),
  proves(
    'config-invalid',
    /does not have a service port|does not have a named port|cannot .*port-forward|invalid service/i,
    {
      what: 'remote_port is not a port of this resource',
    },
  ),
  proves('no-ready-pod', /pod is not running\. Current status=(Succeeded|Failed)/i, (match) => ({
    ending: match[1],
  })),
  proves(
    'no-ready-pod',
    /pod is not running|no (?:running |ready )?pods? found|timed out waiting for the condition|watch closed before |no endpoints available/i,
  ),
  proves(
    'connection-refused',
    /connection to the server (\S+?)(?::(\d+))? was refused/i,
    ([, host, port]) => ({ host, port: portOf(port) }),
  ),
  // Of a runtime that does not forward by itself.
  proves('target-refused', /\b(socat|nsenter) not found/i, ([, program = '']) => ({
    host: "the pod's node",
    fix: `Install ${program} on the node: its container runtime needs it to forward ports`,
  })),
  proves('host-unreachable', /rpc error: .*\bdial unix /i, {
    host: "The container runtime of the pod's node",
    isNode: true,
  }),
  proves(
    'target-refused',
    /(?:an error occurred|error) forwarding (?:port )?\d+.*(?:connection refused|failed to connect)/i,
  ),
  // Sandbox errors of containerd, CRI-O and Docker: the pod that the API server still shows has been replaced.
  proves(
    'no-ready-pod',
    /failed to find sandbox|no running sandbox|network namespace .* is closed|\bpod (?:not found|does not exist)|no such container|container .*\bnot running|forwarding (?:port )?\d+.*not found/i,
    { isReplaced: true },
  ),
  // The API server cannot reach the kubelet, directly or through a cluster agent (K3s, konnectivity).
  proves(
    'host-unreachable',
    /error dialing backend: (?:.*(?:dial tcp \[?([^\]\s]+?)\]?:\d+: |while dialing \[?([^\]\s]+?)\]?:\d+))?/i,
    ([, dialed, throughAgent]) => {
      const node = dialed ?? throughAgent;
      return { host: node === undefined ? "The pod's node" : `The pod's node ${node}`, isNode: true };
    },
  ),
  proves('cluster-unwell', /\betcdserver: |\[-\]etcd\b/, { what: "The cluster's etcd" }),
  // A line of `/readyz?verbose`.
  proves('cluster-unwell', /^\[-\]\S+ failed/, { what: 'The API server' }),
  proves('certificate-invalid', /\bx509: (.*)$/i, ([, reason = '']) => ({
    host: 'the API server',
    fix: certificateFix(reason),
  })),
  proves('unauthorized', /remote error: tls: (?:.*certificate|access denied)/i),
  proves('timed-out', /TLS handshake timeout/i),
  follows('closed-by-remote', /lost connection to pod|error upgrading connection/i),
];

/** The proxy's own error: `dial tcp 127.0.0.1:3128: connect: connection refused`. */
function proxyFinding([, reason = '']: RegExpExecArray): Finding {
  const fix =
    'Check that the proxy runs, and correct proxy-url of the cluster in your kubeconfig, or HTTPS_PROXY';
  const name = /lookup (\S+?)(?: on \S+)?: /.exec(reason)?.[1];
  if (name !== undefined)
    return {
      code: 'name-not-found',
      details: { host: `${name} of the proxy`, isUnanswered: isUnanswered(reason), fix },
    };
  const [, host, port] = /dial tcp \[?([^\]\s]+?)\]?:(\d+): /.exec(reason) ?? [];
  const proxy = host === undefined ? 'The proxy' : `The proxy ${joinHostPort(host, Number(port))}`;
  const code = /refused/.test(reason) ? 'connection-refused' : 'host-unreachable';
  return { code, details: { host: proxy, fix } };
}

/** Matches messages of Go's crypto/x509. */
function certificateFix(reason: string): string | undefined {
  if (/signed by unknown authority/.test(reason))
    return 'Correct certificate-authority-data of the cluster in your kubeconfig: a re-created cluster has a new one';
  if (/expired|not yet valid/.test(reason))
    return 'Check the clock; if it is right, the certificate of the API server must be renewed';
  const [, names] = /valid for (.+), not /.exec(reason) ?? [];
  return names === undefined
    ? undefined
    : `Correct server of the cluster in your kubeconfig, or set tls-server-name there to one of: ${names}`;
}
