/** The known objects of a target → the pod and port for the next connection, or why there is none. Pure. */
import { describeCause, type Cause, type CauseDetails } from '../../../shared/failure.ts';
import { targetName, type KubeTarget } from '../../../shared/kube-target.ts';
import { assertNever, ok, type Result } from '../../../shared/result.ts';
import type { KubePod, KubeService, KubeWorkload } from './kube-objects.ts';
import { choosePod, isServing, type PodPreference } from './pod-choice.ts';
import {
  findServicePort,
  portBehindService,
  portOfEndpoint,
  portOfPod,
  portsInWords,
  type PortFault,
  type PortResult,
} from './target-port.ts';

export interface TargetQuestion {
  readonly target: KubeTarget;
  /** A port number or name: of the service if the target is one, else of a container. */
  readonly port: number | string;
  readonly namespace: string;
  /** For commands that are shown to the user; null: the current one. */
  readonly context: string | null;
}

/** The names that a cause mentions. `namespace` null: that of the context. */
export type TargetScope = Pick<TargetQuestion, 'target' | 'context'> & {
  readonly namespace: string | null;
};

export interface TargetFacts {
  /** The object that selects the pods; null for a pod name and for labels. */
  readonly owner: KubeService | KubeWorkload | null;
  readonly pods: readonly KubePod[];
  /** `endpoints`: the pods' ports come from endpoints, already translated. */
  readonly source: 'pods' | 'endpoints';
  /** Addresses of the service without a pod. */
  readonly strangers: readonly string[];
}

export type PodVerdict =
  | {
      readonly kind: 'pod';
      readonly pod: string;
      readonly uid: string;
      readonly port: number;
      readonly isReady: boolean;
      /** A remark for the user; null: none. */
      readonly note: string | null;
    }
  | { readonly kind: 'none'; readonly cause: Cause };

export function judgeTarget(
  question: TargetQuestion,
  facts: TargetFacts,
  { current, avoided }: Pick<PodPreference, 'current' | 'avoided'>,
): PodVerdict {
  const { owner } = facts;
  const service = owner?.kind === 'service' ? owner : null;
  if (service !== null && service.externalName !== null)
    return misconfigured(question, externalName(service, service.externalName));
  const portOf = portFinder(question, facts, service);
  if (!portOf.ok) return misconfigured(question, faultInWords(portOf.error, question));

  const preference = { current, avoided, takesUnready: service?.publishesNotReady === true };
  const usable = facts.pods.filter((pod) => portOf.value(pod).ok);
  // Pods that lack the port are skipped. If all of them lack it, that is the cause.
  const chosen = choosePod(usable, preference) ?? choosePod(facts.pods, preference);
  if (chosen === null) return { kind: 'none', cause: noPodCause(question, facts) };
  const port = portOf.value(chosen);
  if (!port.ok) return misconfigured(question, faultInWords(port.error, question));
  const isReady = isServing(chosen, preference);
  return {
    kind: 'pod',
    pod: chosen.name,
    uid: chosen.uid,
    port: port.value,
    isReady,
    note: isReady ? null : unreadyNote(chosen),
  };
}

type PortFinder = (pod: KubePod) => PortResult;

function portFinder(
  { port }: TargetQuestion,
  { source }: TargetFacts,
  service: KubeService | null,
): Result<PortFinder, PortFault> {
  if (service === null) return ok((pod) => portOfPod(pod, port));
  const found = findServicePort(service, port);
  if (!found.ok) return found;
  const { value: servicePort } = found;
  // Clients of a headless service connect to its pods directly: nothing translates the port.
  if (service.isHeadless) return ok(() => ok(servicePort.number));
  return ok((pod) =>
    source === 'endpoints' ? portOfEndpoint(servicePort, pod) : portBehindService(servicePort, pod),
  );
}

const unreadyNote = ({ name, reason }: KubePod): string =>
  `${name} is running but not ready${reason === null ? '' : ` (${reason})`}`;

const externalName = ({ name }: KubeService, host: string): CauseDetails => ({
  what: `service/${name} is another name for ${host === '' ? 'a host outside of the cluster' : host} and has no pods`,
  fix: 'Connect to that host with technology tcp or ssh',
});

/** Why there is no pod to forward to: the reason of the owner, else that of its pods. */
export function noPodCause(question: TargetScope, { owner, pods, strangers }: TargetFacts): Cause {
  const name = targetName(question.target);
  if (pods.length === 0 && strangers.length > 0)
    return causeOf('config-invalid', question, {
      what: `${name} leads to addresses without a pod, which cannot be forwarded to`,
      evidence: strangers.slice(0, maxShown).join(', '),
      fix: 'Connect to that address through an ssh host that can reach it',
    });
  if (owner?.kind === 'workload' && owner.ending !== null)
    return causeOf('no-ready-pod', question, { ending: owner.ending });
  const finished = pods.length > 0 && pods.every(({ phase }) => phase === 'Succeeded' || phase === 'Failed');
  if (finished) {
    const [{ name: pod, phase, reason } = { name: '', phase: '', reason: null }] = pods;
    const evidence = reason === null ? undefined : `${pod}: ${reason}`;
    return causeOf('no-ready-pod', question, { ending: phase, evidence });
  }
  return causeOf('no-ready-pod', question, { evidence: whyWaiting(owner, pods) });
}

const maxShown = 3;

function whyWaiting(owner: TargetFacts['owner'], pods: readonly KubePod[]): string {
  if (pods.length === 0) {
    if (owner?.kind === 'workload' && owner.replicas === 0) return 'it is scaled to 0';
    return owner?.kind === 'service' && owner.selector === null
      ? 'it has no selector, and no endpoints'
      : 'there are no pods';
  }
  const shown = pods
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, maxShown)
    .map(({ name, phase, isTerminating, reason }) => {
      const why = isTerminating || reason === null ? '' : ` (${reason})`;
      return `${name} is ${isTerminating ? 'terminating' : phase.toLowerCase()}${why}`;
    });
  return `${shown.join(', ')}${pods.length > maxShown ? ', …' : ''}`;
}

function faultInWords(fault: PortFault, { target, port }: TargetQuestion): CauseDetails {
  switch (fault.kind) {
    case 'missing': {
      // A headless service may have none: pods find each other by its name alone.
      if (fault.ports.length === 0 && typeof port === 'number')
        return {
          what: `${fault.owner} has no ports`,
          fix: 'Forward to a pod or a workload behind it: correct resource_type and resource_name in the config',
        };
      const fix = portsInWords(fault.ports.filter(({ name }) => typeof port === 'number' || name !== null));
      const what =
        fix === null && typeof port === 'string'
          ? `${fault.owner} has no named ports`
          : `${fault.owner} has no port ${port}`;
      return { what, fix: fix ?? 'Correct remote_port in the config: write a number' };
    }
    case 'not-tcp':
      return {
        what: `Port ${port} of ${fault.owner} is ${fault.protocol}, and only TCP can be forwarded`,
        fix: 'Correct remote_port in the config',
      };
    case 'unnamed':
      return {
        what: `${targetName(target)} leads to a port named ${fault.targetPort}, which pod/${fault.pod} does not have`,
        fix: 'Correct targetPort of the service, or the name of the port in its pods',
      };
    default:
      return assertNever(fault);
  }
}

const misconfigured = (question: TargetScope, details: CauseDetails): PodVerdict => ({
  kind: 'none',
  cause: causeOf('config-invalid', question, details),
});

function causeOf(
  code: 'config-invalid' | 'no-ready-pod',
  { target, namespace, context }: TargetScope,
  details: CauseDetails,
): Cause {
  const known = { resource: targetName(target), namespace: namespace ?? undefined };
  return describeCause(code, { ...known, context: context ?? undefined, ...details });
}
