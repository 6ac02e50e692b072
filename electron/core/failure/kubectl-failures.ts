/** What kubectl's stderr proves, and what the credential plugins print through it. */
import { protectedFolderOf } from '../privacy/protected-folder.ts';
import { credentialFailures } from './credential-failures.ts';
import { type FailureRule, follows, portOf, proves } from './failure-rules.ts';

/**
 * The right that the API server misses, as `kubectl auth can-i` takes it: `list pods`, `get deployments.apps`. To forward is `get`
 * over a WebSocket and `create` over SPDY: whoever has one of them may forward.
 */
export function missingRight(text: string): string | undefined {
  const [, verb, resource, group = ''] =
    /cannot (\w+) resource "([\w./-]+)"(?: in API group "([\w.-]*)")?/.exec(text) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  if (resource === 'pods/portforward') return 'create pods/portforward';
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

export const kubectlFailures: readonly FailureRule[] = [
  ...credentialFailures,
  proves(
    'context-missing',
    /context .+ does not exist|context was not found for specified context|no context exists with the name/i,
  ),
  {
    pattern: /error loading config file "?(.+?)"?: (.+)$/i,
    finding: ([, file = '', reason = ''], { privacy }) =>
      /operation not permitted/i.test(reason) && protectedFolderOf(file, privacy) !== null
        ? { code: 'file-unreadable', details: { what: file, program: privacy.program } }
        : { code: 'config-invalid', details: { what: `The kubeconfig ${file} cannot be read` } },
  },
  {
    pattern: /\bforbidden\b/i,
    finding: ({ input }) => ({ code: 'forbidden', details: { right: missingRight(input) } }),
  },
  {
    pattern: /\bnamespaces? "([^"]+)" not found/i,
    finding: ([, namespace]) => ({ code: 'resource-missing', details: { resource: 'namespace', namespace } }),
  },
  proves(
    'resource-missing',
    /\(NotFound\)|\b[a-z]+s(?:\.[a-z.]+)? "[^"]+" not found|the server could not find the requested resource|doesn't have a resource type/i,
  ),
  {
    pattern: /UDP protocol is not supported for (\S+)/,
    finding: ([, port = '']) => ({
      code: 'config-invalid',
      details: { what: `Port ${port} is UDP, and only TCP can be forwarded` },
    }),
  },
  {
    pattern: /invalid service '([^']+)': Service is defined without a selector/i,
    finding: ([, name = '']) => ({
      code: 'config-invalid',
      details: {
        what: `service/${name} has no selector, so kubectl finds no pod behind it`,
        fix: 'Forward to a pod or a deployment, or connect to the address behind the service',
      },
    }),
  },
  {
    pattern: /^error: (?:stat|open) (\S+): no such file or directory/i,
    finding: ([, file]) => ({ code: 'file-missing', details: { what: file } }),
  },
  {
    pattern: /\b(service|pod) '?([^\s']+)'? does not have a (?:service|named) port '?([^\s']+?)'?$/i,
    finding: ([, kind = '', name = '', port = '']) => ({
      code: 'config-invalid',
      details: { what: `The ${kind.toLowerCase()} ${name} has no port ${port}` },
    }),
  },
  proves(
    'config-invalid',
    /does not have a service port|does not have a named port|cannot .*port-forward|invalid service/i,
    {
      what: 'remote_port is not a port of this resource',
    },
  ),
  {
    pattern: /pod is not running\. Current status=(Succeeded|Failed)/i,
    finding: (match) => ({ code: 'no-ready-pod', details: { ending: match[1] } }),
  },
  proves(
    'no-ready-pod',
    /pod is not running|no (?:running |ready )?pods? found|timed out waiting for the condition|watch closed before |no endpoints available/i,
  ),
  {
    pattern: /connection to the server (\S+?)(?::(\d+))? was refused/i,
    finding: ([, host, port]) => ({ code: 'connection-refused', details: { host, port: portOf(port) } }),
  },
  proves(
    'target-refused',
    /(?:an error occurred|error) forwarding (?:port )?\d+.*(?:connection refused|failed to connect)/i,
  ),
  proves(
    'resource-missing',
    /(?:an error occurred|error) forwarding (?:port )?\d+.*(?:not found|no such container|no running sandbox)/i,
  ),
  // The API server cannot reach the kubelet.
  {
    pattern: /error dialing backend: (?:.*dial tcp \[?([^\]\s]+?)\]?:\d+: )?/i,
    finding: ([, node]) => ({
      code: 'host-unreachable',
      details: { host: node === undefined ? "The pod's node" : `The pod's node ${node}` },
    }),
  },
  proves('timed-out', /TLS handshake timeout/i),
  follows(
    'closed-by-remote',
    /lost connection to pod|network namespace .* is closed|error upgrading connection/i,
  ),
];
