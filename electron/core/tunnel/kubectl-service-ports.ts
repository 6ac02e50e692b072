/** Which ports a service of a cluster has, for whoever asked for another one: kubectl does not say. */
import type { Cause } from '../../../shared/failure.ts';
import type { Clock } from '../clock.ts';
import { readService } from '../kube/kube-objects.ts';
import { clusterFlags, namespaceFlag } from '../transport/kubectl-flags.ts';
import { portsInWords } from '../kube/target-port.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import type { KubectlConnection } from './kubectl-command.ts';

const timeoutMs = 3_000;

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
  const { target, namespace } = connection;
  if (target.kind !== 'service' || !isWrongPort(cause)) return cause;
  const argv = [
    'kubectl',
    'get',
    ...clusterFlags(connection),
    ...namespaceFlag(namespace),
    'service',
    target.name,
    '--output=json',
  ] as const;
  const answer = await askChild(
    { name: `kubectl get service/${target.name}`, argv: [...argv], politeSignal: 'SIGINT' },
    { launcher, clock, timeoutMs, signal },
  );
  const service = answer.kind === 'answered' ? readService(parseJson(answer.output.join('\n'))) : null;
  const remedy = portsInWords(
    (service?.ports ?? []).filter(
      ({ protocol, name }) =>
        protocol === 'TCP' && (typeof connection.remotePort === 'number' || name !== null),
    ),
  );
  return remedy === null ? cause : { ...cause, remedy };
}

const isWrongPort = ({ code, evidence }: Cause): boolean =>
  code === 'config-invalid' && /does not have a (?:service|named) port/i.test(evidence ?? '');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
