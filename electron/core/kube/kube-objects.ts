/**
 * Kubernetes API objects, reduced to the fields that a forward needs. An API server's answer is untrusted data: an object without
 * the expected shape is null, and absent fields get the API's own defaults. Pure.
 */
import * as z from 'zod';

export interface KubePort {
  readonly name: string | null;
  readonly number: number;
  readonly protocol: string;
}

export interface KubePod {
  readonly name: string;
  /** A recreated pod of the same name has another uid. */
  readonly uid: string;
  readonly phase: string;
  readonly isReady: boolean;
  /** ISO 8601; null when it is not ready, or the time is not known. */
  readonly readySince: string | null;
  /** It is being deleted: it takes no new connections. */
  readonly isTerminating: boolean;
  readonly restarts: number;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Why it does not run or is not ready, if it says so: `CrashLoopBackOff`. */
  readonly reason: string | null;
  readonly ports: readonly KubePort[];
}

export interface KubeServicePort extends KubePort {
  /** A number, or the name of a container's port. */
  readonly targetPort: number | string;
}

export interface KubeService {
  readonly kind: 'service';
  readonly name: string;
  /** In the form of a query; null: it has none. */
  readonly selector: string | null;
  readonly ports: readonly KubeServicePort[];
  readonly isHeadless: boolean;
  /** The host of an ExternalName service; null: it is another type. */
  readonly externalName: string | null;
  readonly publishesNotReady: boolean;
}

/** A deployment, statefulset, daemonset, replicaset or job. */
export interface KubeWorkload {
  readonly kind: 'workload';
  readonly name: string;
  /** null: it selects nothing, or in a way that a query cannot express. */
  readonly selector: string | null;
  /** null: it has no number of replicas. */
  readonly replicas: number | null;
  /** How a job ended, `Complete` or `Failed`; null: it has not ended. */
  readonly ending: string | null;
}

/** The endpoints in an endpoint slice or an `Endpoints` object; for a pod, the pod itself. */
export interface KubeEndpoints {
  readonly name: string;
  readonly pods: readonly KubePod[];
  /** Addresses without a pod behind them. */
  readonly strangers: readonly string[];
}

const text = z.string();
/** More than any object has: an API server limits the addresses of a service to 1,000. zod takes 0.3 s for 50,000 wrong entries. */
const maxEntries = 2_000;
const isSmall = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length <= maxEntries;
/** What is too large is invalid, and its entries are not looked at. */
const small = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (isSmall(value) ? value : 'too many entries'), schema);
const listOf = <Item extends z.ZodType>(item: Item) => small(z.array(item).nullish());
const labels = small(z.record(text, text).nullish());
const metadata = z.object({
  name: text,
  uid: text.nullish(),
  creationTimestamp: text.nullish(),
  deletionTimestamp: text.nullish(),
});

const containerPorts = listOf(
  z.object({ name: text.nullish(), containerPort: z.number(), protocol: text.nullish() }),
);
const containers = listOf(z.object({ ports: containerPorts }));
const state = z.object({ reason: text.nullish() }).nullish();
const containerStatuses = listOf(
  z.object({
    restartCount: z.number().nullish(),
    state: z.object({ waiting: state, terminated: state }).nullish(),
  }),
);

const podSchema = z.object({
  metadata,
  spec: z
    .object({
      containers,
      initContainers: listOf(z.object({ ports: containerPorts, restartPolicy: text.nullish() })),
    })
    .nullish(),
  status: z
    .object({
      phase: text.nullish(),
      reason: text.nullish(),
      conditions: listOf(
        z.object({ type: text, status: text, lastTransitionTime: text.nullish(), reason: text.nullish() }),
      ),
      containerStatuses,
      initContainerStatuses: containerStatuses,
    })
    .nullish(),
});

export function readPod(object: unknown): KubePod | null {
  const read = podSchema.safeParse(object);
  if (!read.success) return null;
  const { metadata: meta, spec, status } = read.data;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isReady = ready?.status === 'True';
  const ofContainers = status?.containerStatuses ?? [];
  const states = [...(status?.initContainerStatuses ?? []), ...ofContainers].map(({ state: now }) => now);
  // Other init containers have exited before the pod runs.
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  // A completed init container is not a reason.
  const reasons = [
    ...states.map((now) => now?.waiting?.reason),
    ...states.map((now) => now?.terminated?.reason),
  ].filter((reason) => typeof reason === 'string' && reason !== 'Completed');
  const unscheduled = status?.conditions?.find(
    ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
  );
  return {
    name: meta.name,
    uid: meta.uid ?? meta.name,
    phase: status?.phase ?? 'Unknown',
    isReady,
    readySince: isReady ? (ready.lastTransitionTime ?? null) : null,
    isTerminating: typeof meta.deletionTimestamp === 'string',
    restarts: Math.max(0, ...ofContainers.map(({ restartCount }) => restartCount ?? 0)),
    createdAt: meta.creationTimestamp ?? '',
    reason: isReady ? null : (reasons[0] ?? status?.reason ?? unscheduled?.reason ?? null),
    ports: [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports }) =>
      (ports ?? []).map(({ name, containerPort, protocol }) => ({
        name: nameOrNull(name),
        number: containerPort,
        protocol: protocol ?? 'TCP',
      })),
    ),
  };
}

const serviceSchema = z.object({
  metadata,
  spec: z.object({
    type: text.nullish(),
    clusterIP: text.nullish(),
    externalName: text.nullish(),
    publishNotReadyAddresses: z.boolean().nullish(),
    selector: labels,
    ports: listOf(
      z.object({
        name: text.nullish(),
        port: z.number(),
        protocol: text.nullish(),
        targetPort: z.union([z.number(), text]).nullish(),
      }),
    ),
  }),
});

export function readService(object: unknown): KubeService | null {
  const read = serviceSchema.safeParse(object);
  if (!read.success) return null;
  const { metadata: meta, spec } = read.data;
  return {
    kind: 'service',
    name: meta.name,
    selector: selectorText(spec.selector ?? {}),
    ports: (spec.ports ?? []).map(({ name, port, protocol, targetPort }) => ({
      name: nameOrNull(name),
      number: port,
      protocol: protocol ?? 'TCP',
      targetPort: targetPort === 0 || targetPort === '' ? port : (targetPort ?? port),
    })),
    isHeadless: spec.clusterIP === 'None',
    externalName: spec.type === 'ExternalName' ? (spec.externalName ?? '') : null,
    publishesNotReady: spec.publishNotReadyAddresses === true,
  };
}

const workloadSchema = z.object({
  metadata,
  spec: z
    .object({
      replicas: z.number().nullish(),
      selector: z
        .object({
          matchLabels: labels,
          matchExpressions: listOf(z.object({ key: text, operator: text, values: listOf(text) })),
        })
        .nullish(),
    })
    .nullish(),
  status: z.object({ conditions: listOf(z.object({ type: text, status: text })) }).nullish(),
});

export function readWorkload(object: unknown): KubeWorkload | null {
  const read = workloadSchema.safeParse(object);
  if (!read.success) return null;
  const { metadata: meta, spec, status } = read.data;
  const { matchLabels, matchExpressions } = spec?.selector ?? {};
  // Only a job has such conditions.
  const ended = status?.conditions?.find(
    ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
  );
  return {
    kind: 'workload',
    name: meta.name,
    selector: selectorText(matchLabels ?? {}, matchExpressions ?? []),
    replicas: spec?.replicas ?? null,
    ending: ended?.type ?? null,
  };
}

interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null | undefined;
}

/** In the form of the query parameter `labelSelector`; null: it selects nothing, everything, or in an unknown way. */
function selectorText(
  matchLabels: Readonly<Record<string, string>>,
  expressions: readonly LabelExpression[] = [],
): string | null {
  const terms: (string | null)[] = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...expressions.map(termOf),
  ];
  return terms.length === 0 || terms.includes(null) ? null : terms.join(',');
}

function termOf({ key, operator, values }: LabelExpression): string | null {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return `${key} ${operator.toLowerCase()} (${(values ?? []).join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return null;
  }
}

const targetRef = z.object({ kind: text.nullish(), name: text.nullish(), uid: text.nullish() }).nullish();
const endpointPorts = listOf(
  z.object({ name: text.nullish(), port: z.number().nullish(), protocol: text.nullish() }),
);

const sliceSchema = z.object({
  metadata,
  ports: endpointPorts,
  endpoints: listOf(
    z.object({
      addresses: listOf(text),
      conditions: z.object({ ready: z.boolean().nullish(), terminating: z.boolean().nullish() }).nullish(),
      targetRef,
    }),
  ),
});

/** Of `discovery.k8s.io/v1`. An endpoint without a ready condition counts as ready. */
export function readEndpointSlice(object: unknown): KubeEndpoints | null {
  const read = sliceSchema.safeParse(object);
  if (!read.success) return null;
  const { metadata: meta, ports, endpoints } = read.data;
  return gather(
    meta.name,
    (endpoints ?? []).map(({ addresses, conditions, targetRef: ref }) => ({
      addresses: addresses ?? [],
      ref,
      ports: readEndpointPorts(ports),
      isReady: conditions?.ready !== false,
      isTerminating: conditions?.terminating === true,
    })),
  );
}

const endpointAddresses = listOf(z.object({ ip: text, targetRef }));
const endpointsSchema = z.object({
  metadata,
  subsets: listOf(
    z.object({ addresses: endpointAddresses, notReadyAddresses: endpointAddresses, ports: endpointPorts }),
  ),
});

/** Of `v1`, the older form, which a role may allow instead of slices. */
export function readEndpoints(object: unknown): KubeEndpoints | null {
  const read = endpointsSchema.safeParse(object);
  if (!read.success) return null;
  const found = (read.data.subsets ?? []).flatMap(({ addresses, notReadyAddresses, ports }) =>
    ([true, false] as const).flatMap((isReady) =>
      ((isReady ? addresses : notReadyAddresses) ?? []).map(({ ip, targetRef: ref }) => ({
        addresses: [ip],
        ref,
        ports: readEndpointPorts(ports),
        isReady,
        isTerminating: false,
      })),
    ),
  );
  return gather(read.data.metadata.name, found);
}

const readEndpointPorts = (ports: z.infer<typeof endpointPorts>): readonly KubePort[] =>
  (ports ?? []).flatMap(({ name, port, protocol }) =>
    typeof port === 'number' ? [{ name: nameOrNull(name), number: port, protocol: protocol ?? 'TCP' }] : [],
  );

interface FoundEndpoint {
  readonly addresses: readonly string[];
  readonly ref: z.infer<typeof targetRef>;
  readonly ports: readonly KubePort[];
  readonly isReady: boolean;
  readonly isTerminating: boolean;
}

function gather(name: string, endpoints: readonly FoundEndpoint[]): KubeEndpoints {
  const pods: KubePod[] = [];
  const strangers: string[] = [];
  for (const { addresses, ref, ports, isReady, isTerminating } of endpoints) {
    const podName = ref?.kind === 'Pod' ? (ref.name ?? null) : null;
    if (podName === null) strangers.push(...addresses);
    else
      pods.push({
        name: podName,
        uid: ref?.uid ?? podName,
        // Only running pods are endpoints.
        phase: 'Running',
        isReady,
        readySince: null,
        isTerminating,
        restarts: 0,
        createdAt: '',
        reason: null,
        ports,
      });
  }
  return { name, pods, strangers };
}

/** The API leaves the name of a single port empty. */
const nameOrNull = (name: string | null | undefined): string | null =>
  name === undefined || name === '' ? null : name;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: text.nullish() }).nullish(),
  items: z.array(z.unknown()).nullish(),
});

export interface KubeList {
  readonly resourceVersion: string;
  readonly items: readonly unknown[];
}

export function readList(body: unknown): KubeList | null {
  const read = listSchema.safeParse(body);
  if (!read.success) return null;
  return { resourceVersion: read.data.metadata?.resourceVersion ?? '', items: read.data.items ?? [] };
}

const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({
    // The rest is read by the reader of its kind.
    metadata: z.looseObject({ name: text.nullish(), resourceVersion: text.nullish() }).nullish(),
  }),
});

export type KubeEvent =
  | {
      readonly type: 'put' | 'delete';
      readonly name: string;
      readonly object: unknown;
      readonly version: string;
    }
  | { readonly type: 'bookmark'; readonly version: string }
  /** For example, because the version is too old to continue from. */
  | { readonly type: 'error' };

/** A line of a watch; null: it has an unknown form, so the following lines cannot be trusted. */
export function readEvent(event: unknown): KubeEvent | null {
  const read = eventSchema.safeParse(event);
  if (!read.success) return null;
  const { type, object } = read.data;
  const version = object.metadata?.resourceVersion ?? '';
  if (type === 'ERROR') return { type: 'error' };
  if (type === 'BOOKMARK') return { type: 'bookmark', version };
  const name = object.metadata?.name;
  if (typeof name !== 'string') return null;
  return { type: type === 'DELETED' ? 'delete' : 'put', name, object, version };
}
