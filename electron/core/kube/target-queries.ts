/** The API paths of the objects behind a target. Pure. */
import { pluralOf, type KubeKind, type KubeTarget } from '../../../shared/kube-target.ts';
import {
  readEndpoints,
  readEndpointSlice,
  readPod,
  readService,
  readWorkload,
  type KubeEndpoints,
  type KubeService,
  type KubeWorkload,
} from './kube-objects.ts';
import type { TargetFacts } from './pod-verdict.ts';
import type { ListQuery } from './watched-list.ts';

const apiOf: Readonly<Record<KubeKind, string>> = {
  service: 'api/v1',
  pod: 'api/v1',
  deployment: 'apis/apps/v1',
  statefulset: 'apis/apps/v1',
  daemonset: 'apis/apps/v1',
  replicaset: 'apis/apps/v1',
  job: 'apis/batch/v1',
};

export const namespacePath = (namespace: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}`;

/** The single object with this name, as a list of one or none, which can be watched. A gateway may ignore the selector. */
function named<Item extends { readonly name: string }>(
  collection: string,
  name: string,
  read: ListQuery<Item>['read'],
): ListQuery<Item> {
  return {
    path: `${collection}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`,
    singlePath: `${collection}/${encodeURIComponent(name)}`,
    read: (object) => {
      const item = read(object);
      return item?.name === name ? item : null;
    },
  };
}

const collection = (api: string, namespace: string, plural: string): string =>
  `/${api}/namespaces/${encodeURIComponent(namespace)}/${plural}`;

/** The path of the object that selects the pods; null: there is none. */
export function ownerQuery(
  target: KubeTarget,
  namespace: string,
): ListQuery<KubeService | KubeWorkload> | null {
  if (target.kind === 'selector' || target.kind === 'pod') return null;
  const { kind, name } = target;
  const read = kind === 'service' ? readService : readWorkload;
  return named<KubeService | KubeWorkload>(collection(apiOf[kind], namespace, pluralOf(kind)), name, read);
}

/** A path that pods are read from. */
export interface PodQuery extends ListQuery<KubeEndpoints> {
  readonly source: TargetFacts['source'];
}

/** In the order of preference; empty: the owner selects no pods. `owner`: null if no object selects the pods. */
export function podQueries(
  target: KubeTarget,
  namespace: string,
  owner: KubeService | KubeWorkload | null,
): readonly PodQuery[] {
  const pods = collection('api/v1', namespace, 'pods');
  const selected = (selector: string): PodQuery => ({
    path: `${pods}?labelSelector=${encodeURIComponent(selector)}`,
    read: readAsEndpoints,
    source: 'pods',
  });
  if (target.kind === 'selector') return [selected(target.selector)];
  if (owner === null) return [{ ...named(pods, target.name, readAsEndpoints), source: 'pods' }];
  const bySelector = owner.selector === null ? [] : [selected(owner.selector)];
  if (owner.kind === 'workload') return bySelector;
  return owner.externalName === null ? [...bySelector, ...endpointQueries(owner.name, namespace)] : [];
}

/** The addresses behind a service; the older form is for roles that do not include slices. */
function endpointQueries(service: string, namespace: string): readonly PodQuery[] {
  const ofService = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const slices = collection('apis/discovery.k8s.io/v1', namespace, 'endpointslices');
  const endpoints = collection('api/v1', namespace, 'endpoints');
  return [
    { path: `${slices}?labelSelector=${ofService}`, read: readEndpointSlice, source: 'endpoints' },
    { ...named(endpoints, service, readEndpoints), source: 'endpoints' },
  ];
}

function readAsEndpoints(object: unknown): KubeEndpoints | null {
  const pod = readPod(object);
  return pod === null ? null : { name: pod.name, pods: [pod], strangers: [] };
}
