/** What `kubectl get services -o json` lists → services to forward. Pure. */
import * as z from 'zod';
import type { Proposal } from './service-proposal.ts';

const serviceListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      spec: z.object({
        type: z.string().optional(),
        selector: z.record(z.string(), z.string()).nullish(),
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
  readonly context: string;
  readonly proposals: readonly Proposal[];
  /** Services whose names are none, as `NAMESPACE/NAME`. */
  readonly skipped: readonly string[];
  /** Those without a selector: no pod is behind them, as far as kubectl knows. */
  readonly podless: readonly string[];
}

/** `null`: this is no list of services. */
export function proposeKubeServices(json: string, context: string): KubeProposals | null {
  const list = serviceListSchema.safeParse(parseJson(json));
  if (!list.success) return null;
  const isNamed = ({ metadata: { name, namespace } }: Service): boolean =>
    isLabel(name) && isLabel(namespace);
  const meant = list.data.items.filter(isMeant);
  return {
    context,
    proposals: meant
      .filter((service) => isNamed(service) && hasPods(service))
      .flatMap((service) => proposalsOf(service, context)),
    skipped: meant.filter((service) => !isNamed(service)).map(fullName),
    podless: meant.filter((service) => isNamed(service) && !hasPods(service)).map(fullName),
  };
}

/** Not the system's, and no mere name of the DNS. */
const isMeant = ({ metadata: { name, namespace }, spec: { type } }: Service): boolean =>
  type !== 'ExternalName' &&
  !systemNamespaces.has(namespace) &&
  !(name === 'kubernetes' && namespace === 'default');

const hasPods = ({ spec: { selector } }: Service): boolean => Object.keys(selector ?? {}).length > 0;

const fullName = ({ metadata: { name, namespace } }: Service): string => `${namespace}/${name}`;

/**
 * Services of one name in several contexts get the context into their names: which of them is which must not depend on the order of
 * the contexts.
 */
export function tellContextsApart(found: readonly KubeProposals[]): readonly Proposal[] {
  const labels = contextLabels(found.map(({ context }) => context));
  const contextsOf = new Map<string, Set<string>>();
  for (const { context, proposals } of found)
    for (const { name } of proposals) contextsOf.set(name, (contextsOf.get(name) ?? new Set()).add(context));
  return found.flatMap(({ context, proposals }) => {
    const label = labels.get(context) ?? context;
    return proposals.map((proposal) => {
      if ((contextsOf.get(proposal.name)?.size ?? 0) < 2) return proposal;
      const { name, longName = name } = proposal;
      return { ...proposal, name: `${label}-${name}`, longName: `${label}-${longName}` };
    });
  });
}

/** What clouds put before a cluster's name is left out (`arn:aws:eks:…:cluster/prod`, `gke_project_zone_prod`) where that is clear. */
function contextLabels(contexts: readonly string[]): ReadonlyMap<string, string> {
  const shortOf = (context: string): string =>
    /^(?:arn:.*\/|gke_[^_]+_[^_]+_)(.+)$/.exec(context)?.[1] ?? context;
  const shorts = contexts.map(shortOf);
  return new Map(
    contexts.map((context) => {
      const short = shortOf(context);
      return [context, shorts.filter((one) => one === short).length === 1 ? short : context];
    }),
  );
}

type Service = z.infer<typeof serviceListSchema>['items'][number];

function proposalsOf(
  { metadata: { name, namespace }, spec: { ports = [] } }: Service,
  context: string,
): readonly Proposal[] {
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
