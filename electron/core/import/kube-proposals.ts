/** What `kubectl get services -o json` lists → services to forward. Pure. */
import * as z from 'zod';
import type { Proposal } from './service-proposal.ts';

const serviceListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      spec: z.object({
        type: z.string().optional(),
        clusterIP: z.string().optional(),
        selector: z.record(z.string(), z.string()).nullish(),
        ports: z
          .array(
            z.object({
              name: z.string().optional(),
              port: z.number(),
              targetPort: z.union([z.number(), z.string()]).optional(),
              protocol: z.string().optional(),
            }),
          )
          .optional(),
      }),
    }),
  ),
});

const sliceListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        namespace: z.string(),
        labels: z.record(z.string(), z.string()).nullish(),
      }),
      endpoints: z
        .array(z.object({ targetRef: z.object({ kind: z.string().optional() }).nullish() }))
        .nullish(),
    }),
  ),
});

/** The API server's own service, and services for the cluster itself. */
const systemNamespaces = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** A DNS label (RFC 1123), like all names of services, namespaces and ports; anything else did not come from Kubernetes. */
const isLabel = (name: string): boolean => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/.test(name);

/** Why a service, or a port of it, is not proposed. */
export const skipReasons = {
  name: 'skipped, as the name is not a DNS label',
  external: 'skipped, as they lead to a host outside of the cluster',
  podless: 'skipped, as they have no selector and so no pods',
  udp: 'skipped, as only TCP can be forwarded',
  headless: "skipped, as a headless service does not translate its port into the pods' own",
} as const;

export interface Skip {
  readonly why: keyof typeof skipReasons;
  /** `NAMESPACE/NAME`, or `NAMESPACE/NAME:PORT` for a port. */
  readonly name: string;
}

export interface KubeProposals {
  readonly context: string;
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly Skip[];
}

/** `null`: not a list of services. `withPods`: services without a selector that have pods anyway, as `NAMESPACE/NAME`. */
export function proposeKubeServices(
  services: unknown,
  context: string,
  withPods: ReadonlySet<string> = new Set(),
): KubeProposals | null {
  const list = serviceListSchema.safeParse(services);
  if (!list.success) return null;
  const meant = list.data.items.filter(isMeant);
  const judged = meant.map((service) => ({ service, why: faultOf(service, withPods) }));
  const sound = judged.flatMap(({ service, why }) => (why === null ? [service] : []));
  return {
    context,
    proposals: sound.flatMap((service) => proposalsOf(service, context)),
    skipped: [
      ...judged.flatMap(({ service, why }) => (why === null ? [] : [{ why, name: fullName(service) }])),
      ...sound.flatMap(skippedPorts),
    ],
  };
}

/** Services whose endpoints are pods, as `NAMESPACE/NAME`; empty if this is not a list of endpoint slices. */
export function servicesWithPods(endpointSlices: unknown): ReadonlySet<string> {
  const list = sliceListSchema.safeParse(endpointSlices);
  const slices = list.success ? list.data.items : [];
  const names = slices.flatMap(({ metadata: { namespace, labels }, endpoints }) => {
    const service = labels?.['kubernetes.io/service-name'];
    const isOfPods = endpoints?.some(({ targetRef }) => targetRef?.kind === 'Pod') === true;
    return service !== undefined && isOfPods ? [`${namespace}/${service}`] : [];
  });
  return new Set(names);
}

/** Not a system service. */
const isMeant = ({ metadata: { name, namespace } }: Service): boolean =>
  !systemNamespaces.has(namespace) && !(name === 'kubernetes' && namespace === 'default');

function faultOf(service: Service, withPods: ReadonlySet<string>): Skip['why'] | null {
  const { metadata, spec } = service;
  if (!isLabel(metadata.name) || !isLabel(metadata.namespace)) return 'name';
  if (spec.type === 'ExternalName') return 'external';
  const hasPods = Object.keys(spec.selector ?? {}).length > 0 || withPods.has(fullName(service));
  return hasPods ? null : 'podless';
}

type Port = NonNullable<Service['spec']['ports']>[number];

/** Clients of a headless service connect to its pods directly, without a port translation. A port name is defined by the pods. */
function portFault(
  { spec: { clusterIP } }: Service,
  { port, targetPort = port, protocol = 'TCP' }: Port,
): Skip['why'] | null {
  if (protocol !== 'TCP') return 'udp';
  return clusterIP === 'None' && typeof targetPort === 'number' && targetPort !== port ? 'headless' : null;
}

const skippedPorts = (service: Service): readonly Skip[] =>
  (service.spec.ports ?? []).flatMap((port) => {
    const why = portFault(service, port);
    return why === null ? [] : [{ why, name: `${fullName(service)}:${port.port}` }];
  });

const fullName = ({ metadata: { name, namespace } }: Service): string => `${namespace}/${name}`;

/**
 * Adds the context to the names of services that have the same name in several contexts: names must not depend on the order
 * of the contexts.
 */
export function tellContextsApart(found: readonly KubeProposals[]): readonly Proposal[] {
  const labels = contextLabels([...new Set(found.map(({ context }) => context))]);
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

/** Leaves out a cloud's prefix of a cluster name (`arn:aws:eks:…:cluster/prod`, `gke_project_zone_prod`) if that is unambiguous. */
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

function proposalsOf(service: Service, context: string): readonly Proposal[] {
  const { name, namespace } = service.metadata;
  const usable = (service.spec.ports ?? []).filter((port) => portFault(service, port) === null);
  return usable.map(({ name: portName, port }): Proposal => {
    const suffix = portName !== undefined && isLabel(portName) ? portName : port;
    const ownName = usable.length === 1 ? name : `${name}-${suffix}`;
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
