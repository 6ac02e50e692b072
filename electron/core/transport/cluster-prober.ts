/**
 * Asks a cluster how it is, by kubectl: so it goes the way that the tunnels go, with the user's credentials. What is
 * asked, the config says (`cluster_health.commands`):
 *
 *   cluster_info       the API server calls itself ready (/readyz, which everybody may ask; 0.3.7's `cluster-info` lists
 *                      services of kube-system, which many may not)
 *   node_status        unwell when there are nodes and none of them is ready
 *   pod_status         pods of the services' namespaces can be read, through to the store behind the API server
 *   events_on_failure  the latest warnings go into the log; they decide nothing
 *
 * A question that fails is not a good answer. One that the user has no right to ask is none: the cluster took it.
 */
import { describeCause, type Cause, type CauseCode } from '../../../shared/failure.ts';
import { sleep, type Clock } from '../clock.ts';
import type { ClusterHealthSpec } from '../config/cluster-health.ts';
import type { Logger } from '../observability/logger.ts';
import type { ChildLauncher, ChildRequest } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { toEvidence } from '../failure/evidence.ts';
import { classifyFailure } from '../failure/failure-classifier.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { clusterQueries, warningQueries, type ClusterQuery } from './cluster-queries.ts';
import { clusterFlags, type ClusterChoice } from './kubectl-flags.ts';
import { isNetworkFailure } from './network-failure.ts';
import type { ClusterFinding, ClusterProber, ClusterQuestion } from './cluster-question.ts';

export interface ClusterProberParts extends ClusterChoice {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly log: Logger;
  /** The subject of a sentence: `The cluster prod`. */
  readonly title: string;
  readonly settings: () => ClusterHealthSpec;
}

const retryPauseMs = 1_000;
/** kubectl says itself that it waited in vain; one that does not is killed this much later. */
const killAfterMs = 1_000;
const maxWarningsLogged = 5;

const taken: ReadonlySet<CauseCode> = new Set(['forbidden', 'resource-missing']);

export function createClusterProber(parts: ClusterProberParts): ClusterProber {
  let wasWell = true;
  return async (question) => {
    const settings = parts.settings();
    const finding = await examine(parts, settings, question);
    if (finding.kind === 'unwell' && wasWell && settings.commands.eventsOnFailure)
      await logWarnings(parts, settings, question);
    if (finding.kind !== 'cancelled' && finding.kind !== 'unasked') wasWell = finding.kind === 'well';
    return finding;
  };
}

/** The first finding that is not good ends it. */
async function examine(
  parts: ClusterProberParts,
  settings: ClusterHealthSpec,
  question: ClusterQuestion,
): Promise<ClusterFinding> {
  for (const query of clusterQueries(question.services, settings)) {
    const finding = await askPatiently(() => ask(parts, settings, { ...question, query }), {
      attempts: question.isRoutine ? 1 + settings.retryAttempts : 1,
      pause: () => sleep(parts.clock, retryPauseMs, question.signal),
    });
    if (finding.kind !== 'well') return finding;
  }
  return { kind: 'well' };
}

async function askPatiently(
  askOnce: () => Promise<ClusterFinding>,
  { attempts, pause }: { readonly attempts: number; readonly pause: () => Promise<boolean> },
): Promise<ClusterFinding> {
  const finding = await askOnce();
  if (!('cause' in finding) || attempts <= 1) return finding;
  // An expired login stays expired, and each question may open a sign-in page.
  if (finding.cause.recovery === 'user') return finding;
  if (!(await pause())) return { kind: 'cancelled' };
  return askPatiently(askOnce, { attempts: attempts - 1, pause });
}

interface AskedQuery extends Pick<ClusterQuestion, 'services' | 'signal'> {
  readonly query: ClusterQuery;
}

async function ask(
  parts: ClusterProberParts,
  { timeoutMs }: ClusterHealthSpec,
  { query, services: [service], signal }: AskedQuery,
): Promise<ClusterFinding> {
  const terms = { ...parts, timeoutMs: timeoutMs + killAfterMs, signal };
  const answer = await askChild(kubectl(parts, timeoutMs, query), terms);
  switch (answer.kind) {
    case 'cancelled':
      return answer;
    case 'timed-out': {
      const evidence = `no answer within ${String(timeoutMs / 1000)} s`;
      return { kind: 'unreachable', cause: describeCause('timed-out', { evidence }) };
    }
    case 'answered': {
      const { exit, output } = answer;
      if (exit.startError !== null) return { kind: 'unasked' };
      if (exit.exitCode === 0) return query.judge?.(output) ?? { kind: 'well' };
      return findingOf(
        classifyFailure({ ...exit, service, lines: exit.lastLines, privacy: thisPrivacy }),
        query,
      );
    }
  }
}

function findingOf(cause: Cause, query: ClusterQuery): ClusterFinding {
  if (taken.has(cause.code)) return { kind: 'well' };
  const evidence = cause.evidence ?? `kubectl ${query.args.slice(0, 2).join(' ')} failed without a word`;
  return {
    kind: isNetworkFailure(cause) ? 'unreachable' : 'unwell',
    cause: { ...cause, evidence },
  };
}

function kubectl(parts: ClusterProberParts, timeoutMs: number, { args }: ClusterQuery): ChildRequest {
  return {
    name: `kubectl ${args.slice(0, 2).join(' ')}`,
    argv: ['kubectl', ...clusterFlags(parts), `--request-timeout=${String(timeoutMs)}ms`, ...args],
  };
}

async function logWarnings(
  parts: ClusterProberParts,
  { timeoutMs }: ClusterHealthSpec,
  { services, signal }: ClusterQuestion,
): Promise<void> {
  for (const query of warningQueries(services)) {
    const answer = await askChild(kubectl(parts, timeoutMs, query), { ...parts, timeoutMs, signal });
    if (answer.kind !== 'answered') return;
    for (const line of answer.output.slice(-maxWarningsLogged))
      parts.log.warn(`${parts.title} reports ${toEvidence(line, [])}`);
  }
}
