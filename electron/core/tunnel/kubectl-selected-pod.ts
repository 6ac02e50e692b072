/** The pod that has the labels of a selector: `kubectl port-forward` takes none. */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { classifyFailure } from '../failure/failure-classifier.ts';
import type { KubePod } from '../kube/kube-objects.ts';
import { clusterFlags, namespaceFlag } from '../transport/kubectl-flags.ts';
import { choosePod } from '../kube/pod-choice.ts';
import { noPodCause } from '../kube/pod-verdict.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import type { KubectlConnection } from './kubectl-command.ts';

export interface PodSearchTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A line for each pod: a list in JSON has more lines than a child may print. */
const columns = [
  '{.metadata.name}',
  '{.metadata.uid}',
  '{.status.phase}',
  '{.metadata.deletionTimestamp}',
  '{.metadata.creationTimestamp}',
  '{.status.conditions[?(@.type=="Ready")].status}',
  '{.status.conditions[?(@.type=="Ready")].lastTransitionTime}',
];
const template = String.raw`{range .items[*]}${columns.join(String.raw`{"\t"}`)}{"\n"}{end}`;

/** `pod/NAME`, or why there is none. Never rejects. */
export async function findSelectedPod(
  service: ServiceSpec,
  connection: KubectlConnection,
  { launcher, clock, signal }: PodSearchTools,
): Promise<Result<string, Cause>> {
  const { target, namespace } = connection;
  if (target.kind !== 'selector') return ok(targetName(target));
  const argv: [string, ...string[]] = [
    'kubectl',
    'get',
    'pods',
    ...clusterFlags(connection),
    ...namespaceFlag(namespace),
    `--selector=${target.selector}`,
    `--output=jsonpath=${template}`,
  ];
  const answer = await askChild(
    { name: `kubectl get pods --selector=${target.selector}`, argv, politeSignal: 'SIGINT' },
    { launcher, clock, timeoutMs: service.startTimeoutMs, signal },
  );
  if (answer.kind !== 'answered') return err(describeCause('timed-out', { what: 'The cluster' }));
  const { exit, output } = answer;
  if (exit.startError !== null || exit.exitCode !== 0)
    return err(classifyFailure({ ...exit, service, lines: exit.lastLines, privacy: thisPrivacy }));
  const pods = output.flatMap(readLine);
  const pod = choosePod(pods, { current: null, avoided: new Set(), takesUnready: false });
  if (pod !== null) return ok(`pod/${pod.name}`);
  return err(noPodCause(connection, { owner: null, pods, source: 'pods', strangers: [] }));
}

function readLine(line: string): readonly KubePod[] {
  const [name = '', uid = '', phase = '', deletedAt = '', createdAt = '', ready = '', readySince = ''] =
    line.split('\t');
  if (name === '' || phase === '') return [];
  const isReady = ready === 'True';
  return [
    {
      name,
      uid,
      phase,
      isReady,
      readySince: isReady ? readySince : null,
      isTerminating: deletedAt !== '',
      restarts: 0,
      createdAt,
      reason: null,
      ports: [],
    },
  ];
}
