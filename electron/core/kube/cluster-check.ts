/**
 * Whether a reachable cluster is healthy, queried through its session. The config chooses the queries
 * (`cluster_health.commands`):
 *
 *   cluster_info       the API server reports that it is ready (/readyz, which every user may read; 0.3.7's
 *                      `cluster-info` lists services of kube-system, which many users may not)
 *   node_status        unhealthy when there are nodes and none of them is ready
 *   pod_status         pods in the services' namespaces can be read, which includes the store behind the API server
 *   events_on_failure  the latest warnings are logged; they do not affect the result
 *
 * A failed query counts as unhealthy. A query that the user may not make does not count: the cluster did answer.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { type Clock, sleep } from '../clock.ts';
import type { ClusterHealthSpec } from '../config/cluster-health.ts';
import { toEvidence } from '../failure/evidence.ts';
import { noAnswer, type KubeAnswer, type KubeApi } from './kube-api.ts';
import { readList } from './kube-objects.ts';
import { namespacePath } from './target-queries.ts';

export interface ClusterCheckTerms {
  readonly api: KubeApi;
  readonly settings: ClusterHealthSpec;
  /** Of the services that wait until the cluster is healthy. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
}

const maxWarnings = 5;
const forbidden = 403;
const missing = 404;
const ok = 200;

/** The first fault; null: healthy. Settles soon after the signal aborts. Never rejects. */
export async function checkCluster(terms: ClusterCheckTerms): Promise<Cause | null> {
  const { settings, namespaces } = terms;
  const { commands } = settings;
  const queries: readonly HealthQuery[] = [
    ...(commands.clusterInfo ? [{ path: '/readyz' }] : []),
    ...(commands.nodeStatus ? [{ path: '/api/v1/nodes', judge: judgeNodes }] : []),
    // A list of one pod proves as much as the full list, and so does an empty one.
    ...(commands.podStatus
      ? namespaces.map((namespace) => ({ path: `${namespacePath(namespace)}/pods?limit=1` }))
      : []),
  ];
  for (const query of queries) {
    const fault = await runQuery(query, terms);
    if (fault !== null) return describeCause('cluster-unwell', { evidence: toEvidence(fault, []) });
  }
  return null;
}

/** The latest warnings in the namespaces, oldest first: `web-0: BackOff: …`. */
export async function readWarnings({
  api,
  namespaces,
  signal,
  settings,
}: ClusterCheckTerms): Promise<readonly string[]> {
  const lists = namespaces.map(async (namespace) => {
    const answer = await api.get(`${namespacePath(namespace)}/events?fieldSelector=type!%3DNormal`, {
      signal,
      timeoutMs: settings.timeoutMs,
    });
    return itemsOf(answer).toSorted((a, b) =>
      textAt(a, 'metadata', 'creationTimestamp').localeCompare(textAt(b, 'metadata', 'creationTimestamp')),
    );
  });
  const events = (await Promise.all(lists)).flatMap((list) => list.slice(-maxWarnings));
  return events.map((event) =>
    toEvidence(
      `${textAt(event, 'involvedObject', 'name')}: ${textAt(event, 'reason')}: ${textAt(event, 'message')}`,
      [],
    ),
  );
}

export interface RetryTerms {
  readonly clock: Clock;
  /** No fault is known yet: a new one counts only after the configured number of retries. */
  readonly wasHealthy: () => boolean;
  /** Called for each of the latest warnings once a fault counts. */
  readonly warn: (line: string) => void;
}

const retryPauseMs = 1_000;

/** Like `checkCluster`, with retries. */
export async function checkClusterWithRetries(
  terms: ClusterCheckTerms,
  { clock, wasHealthy, warn }: RetryTerms,
): Promise<Cause | null> {
  const { settings, signal } = terms;
  let fault = await checkCluster(terms);
  for (let attempt = 0; fault !== null && attempt < settings.retryAttempts && wasHealthy(); attempt += 1) {
    if (!(await sleep(clock, retryPauseMs, signal))) break;
    fault = await checkCluster(terms);
  }
  if (fault === null || !wasHealthy() || !settings.commands.eventsOnFailure || signal.aborted) return fault;
  for (const line of await readWarnings(terms)) warn(line);
  return fault;
}

interface HealthQuery {
  readonly path: string;
  /** Describes the fault; null: none. Absent: any answer with status 200 is healthy. */
  readonly judge?: (answer: KubeAnswer) => string | null;
}

async function runQuery(
  { path, judge }: HealthQuery,
  { api, settings, signal }: ClusterCheckTerms,
): Promise<string | null> {
  const answer = await api.get(path, { signal, timeoutMs: settings.timeoutMs });
  if (answer.status === ok) return judge?.(answer) ?? null;
  if (signal.aborted || answer.status === forbidden || answer.status === missing) return null;
  return `${path.replace(/\?.*$/, '')}: ${messageOf(answer)}`;
}

function judgeNodes(answer: KubeAnswer): string | null {
  const nodes = itemsOf(answer);
  if (nodes.length === 0 || nodes.some(isReady)) return null;
  return nodes.length === 1
    ? 'its only node is not ready'
    : `none of its ${String(nodes.length)} nodes is ready`;
}

const isReady = (node: unknown): boolean => {
  const conditions = fieldOf(fieldOf(node, 'status'), 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some((one: unknown) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True')
  );
};

function messageOf({ status, body }: KubeAnswer): string {
  const text = typeof body === 'string' ? body.trim() : textAt(body, 'message');
  if (status === noAnswer) return text;
  return text === '' ? `HTTP ${String(status)}` : text;
}

const itemsOf = ({ body }: KubeAnswer): readonly unknown[] => readList(body)?.items ?? [];

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

function textAt(value: unknown, ...keys: readonly string[]): string {
  const found = keys.reduce<unknown>(fieldOf, value);
  return typeof found === 'string' ? found : '';
}
