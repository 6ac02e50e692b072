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

/** `null`: this is no list of services. */
export function proposeKubeServices(json: string, context: string): readonly Proposal[] | null {
  const list = serviceListSchema.safeParse(parseJson(json));
  if (!list.success) return null;
  return list.data.items.flatMap(({ metadata: { name, namespace }, spec: { type, ports = [] } }) => {
    if (type === 'ExternalName' || systemNamespaces.has(namespace)) return [];
    if (name === 'kubernetes' && namespace === 'default') return [];
    const tcp = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP');
    return tcp.map(({ name: portName, port }): Proposal => {
      const ownName = tcp.length === 1 ? name : `${name}-${portName ?? port}`;
      return {
        name: ownName,
        longName: `${namespace}-${ownName}`,
        technology: 'kubectl',
        preferredPort: port,
        remotePort: port,
        tags: [context],
        connection: { context, namespace, resource_type: 'service', resource_name: name },
      };
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
