/**
 * The pod's port behind the configured port, found as kubectl does (kubectl, `translateServicePortToTargetPort` and
 * `convertPodNamedPortToNumber`). Pure. Unlike kubectl, it takes the TCP port if two ports of a service have the same number.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { KubePod, KubePort, KubeService, KubeServicePort } from './kube-objects.ts';

export type PortFault =
  /** `owner`: `service/web`, `pod/web-0`. */
  | { readonly kind: 'missing'; readonly owner: string; readonly ports: readonly KubePort[] }
  | { readonly kind: 'not-tcp'; readonly owner: string; readonly protocol: string }
  /** The service names a port that the pod does not have. */
  | { readonly kind: 'unnamed'; readonly pod: string; readonly targetPort: string };

export type PortResult = Result<number, PortFault>;

/** The port of a service; its protocol is TCP. */
export function findServicePort(
  service: KubeService,
  wanted: number | string,
): Result<KubeServicePort, PortFault> {
  const matching = portsNamed(wanted, service.ports);
  const found = matching.find(isTcp) ?? matching[0];
  const owner = `service/${service.name}`;
  if (found === undefined) return err({ kind: 'missing', owner, ports: service.ports });
  return isTcp(found) ? ok(found) : err({ kind: 'not-tcp', owner, protocol: found.protocol });
}

/** The port on a pod that the service selects. */
export function portBehindService({ targetPort }: KubeServicePort, pod: KubePod): PortResult {
  if (typeof targetPort === 'number') return ok(targetPort);
  const matching = portsNamed(targetPort, pod.ports);
  const named = matching.find(isTcp) ?? matching[0];
  return named === undefined ? err({ kind: 'unnamed', pod: pod.name, targetPort }) : ok(named.number);
}

/** The port of an endpoint, which lists the ports of its service by name, already translated. */
export function portOfEndpoint(port: KubeServicePort, endpoint: KubePod): PortResult {
  const found = endpoint.ports.find((one) => one.name === port.name && isTcp(one));
  if (found !== undefined) return ok(found.number);
  return typeof port.targetPort === 'number'
    ? ok(port.targetPort)
    : err({ kind: 'unnamed', pod: endpoint.name, targetPort: port.targetPort });
}

/** The port of the pod itself. A container may listen on a port that it does not declare. */
export function portOfPod(pod: KubePod, wanted: number | string): PortResult {
  const matching = portsNamed(wanted, pod.ports);
  const owner = `pod/${pod.name}`;
  const [declared] = matching;
  if (declared === undefined)
    return typeof wanted === 'number' ? ok(wanted) : err({ kind: 'missing', owner, ports: pod.ports });
  // kubectl refuses UDP only; it passes other protocols on.
  const found = matching.find(isTcp);
  return found === undefined
    ? err({ kind: 'not-tcp', owner, protocol: declared.protocol })
    : ok(found.number);
}

const portsNamed = <Port extends KubePort>(
  wanted: number | string,
  ports: readonly Port[],
): readonly Port[] =>
  ports.filter(({ name, number }) => (typeof wanted === 'number' ? number : name) === wanted);

const isTcp = ({ protocol }: KubePort): boolean => protocol === 'TCP';

/** A longer list would hide the one that was meant. */
const maxNamedPorts = 8;

/** `5432 (sql)`; the ports that the config can name instead. null: there are none. */
export function portsInWords(owned: readonly Pick<KubePort, 'name' | 'number'>[]): string | null {
  const ports = owned.map(({ number, name }) => (name === null ? String(number) : `${number} (${name})`));
  const [only] = ports;
  if (only === undefined) return null;
  if (ports.length === 1) return `Its only port is ${only}: correct remote_port in the config`;
  const named = ports.slice(0, maxNamedPorts).join(', ');
  const more = ports.length > maxNamedPorts ? ', …' : '';
  return `Its ports are ${named}${more}: correct remote_port in the config`;
}
