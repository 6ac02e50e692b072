/** Which ports a service of a cluster has, for whoever asked for another one: kubectl does not say. */
import * as z from 'zod';
import type { Cause } from '../../../shared/failure.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import type { KubectlConnection } from './kubectl-command.ts';

const timeoutMs = 3_000;
/** More would hide the one that was meant. */
const maxNamedPorts = 8;

const answerSchema = z.object({
  spec: z.object({
    ports: z.array(z.object({ port: z.number().int(), name: z.string().optional() })).min(1),
  }),
});

export interface ServicePortTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The same cause, with the ports that there are where a port was wrong. Never rejects. */
export async function withExistingPorts(
  cause: Cause,
  connection: KubectlConnection,
  { launcher, clock, signal }: ServicePortTools,
): Promise<Cause> {
  if (connection.resourceType !== 'service' || !isWrongPort(cause)) return cause;
  const { context, namespace, resourceName } = connection;
  const place = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(resourceName)}`;
  const argv = [
    'kubectl',
    'get',
    ...(context === null ? [] : [`--context=${context}`]),
    `--raw=${place}`,
  ] as const;
  const answer = await askChild(
    { name: `kubectl get service/${resourceName}`, argv: [...argv], politeSignal: 'SIGINT' },
    { launcher, clock, timeoutMs, signal },
  );
  const ports = answer.kind === 'answered' ? readPorts(answer.output.join('\n')) : [];
  return ports.length === 0 ? cause : { ...cause, remedy: remedyFor(ports) };
}

const isWrongPort = ({ code, evidence }: Cause): boolean =>
  code === 'config-invalid' && /does not have a (?:service|named) port/i.test(evidence ?? '');

/** `5432 (sql)`; empty where the answer is not one. */
function readPorts(json: string): readonly string[] {
  try {
    const { spec } = answerSchema.parse(JSON.parse(json));
    return spec.ports.map(({ port, name }) => (name === undefined ? String(port) : `${port} (${name})`));
  } catch {
    return [];
  }
}

function remedyFor(ports: readonly string[]): string {
  const [only] = ports;
  if (ports.length === 1) return `Its only port is ${only ?? ''}: correct remote_port in the config`;
  const named = ports.slice(0, maxNamedPorts).join(', ');
  const more = ports.length > maxNamedPorts ? ', …' : '';
  return `Its ports are ${named}${more}: correct remote_port in the config`;
}
