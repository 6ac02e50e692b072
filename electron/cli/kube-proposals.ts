/** What `kubectl get services -o json` lists → services to forward. Pure. */
import * as z from 'zod';
import type { Proposal } from './service-proposal.ts';

const serviceListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      spec: z.object({
        type: z.string().optional(),
        ports: z
          .array(z.object({ name: z.string().optional(), port: z.number(), protocol: z.string().optional() }))
          .optional(),
      }),
    }),
  ),
});

/** The API server's own service, and what only the cluster itself uses. */
const systemNamespaces = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** A DNS label (RFC 1123), which names of services, namespaces and ports are; anything else did not come from Kubernetes. */
const isLabel = (name: string): boolean => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/.test(name);

export interface KubeProposals {
  readonly proposals: readonly Proposal[];
  /** Services whose names are none, as `NAMESPACE/NAME`. */
  readonly skipped: readonly string[];
}

/** `null`: this is no list of services. */
export function proposeKubeServices(json: string, context: string): KubeProposals | null {
  const list = serviceListSchema.safeParse(parseJson(json));
  if (!list.success) return null;
  const isNamed = ({ metadata: { name, namespace } }: Service): boolean =>
    isLabel(name) && isLabel(namespace);
  const odd = list.data.items.filter((service) => !isNamed(service));
  return {
    proposals: list.data.items.filter(isNamed).flatMap((service) => proposalsOf(service, context)),
    skipped: odd.map(({ metadata: { name, namespace } }) => `${namespace}/${name}`),
  };
}

type Service = z.infer<typeof serviceListSchema>['items'][number];

function proposalsOf(
  { metadata: { name, namespace }, spec: { type, ports = [] } }: Service,
  context: string,
): readonly Proposal[] {
  if (type === 'ExternalName' || systemNamespaces.has(namespace)) return [];
  if (name === 'kubernetes' && namespace === 'default') return [];
  const tcp = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  return tcp.map(({ name: portName, port }): Proposal => {
    const suffix = portName !== undefined && isLabel(portName) ? portName : port;
    const ownName = tcp.length === 1 ? name : `${name}-${suffix}`;
    return {
      name: ownName,
      longName: `${namespace}-${ownName}`,
      technology: 'kubectl',
      preferredPort: port,
      ends: { remote_port: port },
      tags: [context],
      connection: { context, namespace, resource_type: 'service', resource_name: name },
    };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
