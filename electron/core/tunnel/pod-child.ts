/**
 * A `kubectl port-forward` to the pod that serves, with a random loopback port as its endpoint. Used where streams in
 * the session would bypass the user's proxy, or where the user chose it. kubectl is bound to one pod: once another pod
 * serves, or no pod does, its proof no longer counts.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import type { PodVerdict } from '../kube/pod-verdict.ts';
import type { KubeServiceSpec } from '../kube/served-target.ts';
import type { TransportProof } from '../transport/carrier.ts';
import {
  ChildCarrier,
  type ChildCarrierOptions,
  type ChildLine,
  type ChildPlan,
  type LineMeaning,
} from '../transport/child-carrier.ts';
import { clusterFlags, namespaceFlag } from '../kube/kubectl-flags.ts';
import type { EngineReports, PodEngine, ServingPod } from './pod-engine.ts';
import type { TunnelRequest } from './tunnel-adapter.ts';

export interface PodChildParts extends ChildCarrierOptions {
  readonly request: TunnelRequest;
  readonly service: KubeServiceSpec;
  readonly namespace: string;
  readonly reports: EngineReports;
}

export class PodChild implements PodEngine {
  readonly #parts: PodChildParts;
  readonly #child: ChildCarrier;
  /** kubectl sends no keepalives. */
  readonly isResponsive = false;
  #pod: ServingPod | null = null;
  #isCurrent = true;

  constructor(parts: PodChildParts) {
    this.#parts = parts;
    const { reports } = parts;
    this.#child = new ChildCarrier(parts, parts.request);
    this.#child.onComplaint((cause) => {
      reports.onComplaint(cause);
    });
  }

  get pid(): number | null {
    return this.#child.pid;
  }

  open(pod: ServingPod): Promise<Result<Endpoint, Cause>> {
    const { service, namespace, reports } = this.#parts;
    this.#pod = pod;
    this.#child.launch(planOf(service, { pod, namespace }));
    void this.#child.ended.then((end) => {
      reports.onEnd(end);
    });
    return this.#child.ready;
  }

  follow(verdict: PodVerdict): void {
    this.#isCurrent = verdict.kind === 'pod' && verdict.uid === this.#pod?.uid;
    if (!this.#isCurrent) this.#parts.reports.onSuspicion();
  }

  async prove(deadlineMs: number): Promise<TransportProof> {
    const proof = await this.#child.proveTransport(deadlineMs);
    return proof.kind === 'dead' || this.#isCurrent ? proof : { kind: 'silent' };
  }

  async close({ force }: { readonly force: boolean }): Promise<void> {
    await this.#child.stop({ force });
  }
}

function planOf(
  service: KubeServiceSpec,
  { pod: { pod, port }, namespace }: { readonly pod: ServingPod; readonly namespace: string },
): ChildPlan {
  return {
    child: {
      name: `kubectl pod/${pod}`,
      argv: podForwardArgv(service, { pod, port, namespace }),
      // The only signal that kubectl handles.
      politeSignal: 'SIGINT',
    },
    interpret: (line) => interpret(service, line),
    cleanUp: () => Promise.resolve(),
  };
}

/**
 * The address is explicit because by default kubectl accepts having just one of IPv4 and IPv6. kubectl chooses the
 * local port.
 */
export const podForwardArgv = (
  { connection }: KubeServiceSpec,
  { pod, port, namespace }: { readonly pod: string; readonly port: number; readonly namespace: string },
): [string, ...string[]] => [
  'kubectl',
  'port-forward',
  '--address=127.0.0.1',
  ...clusterFlags(connection),
  ...namespaceFlag(namespace),
  `pod/${pod}`,
  `:${String(port)}`,
];

function interpret(service: KubeServiceSpec, { stream, text, afterReady }: ChildLine): LineMeaning {
  if (stream === 'stdout') {
    const port = /^Forwarding from 127\.0\.0\.1:(\d+) -> \d+$/.exec(text)?.[1];
    if (port === undefined) return { kind: 'chatter' };
    return { kind: 'ready', endpoint: { kind: 'tcp', host: '127.0.0.1', port: Number(port) } };
  }
  if (
    afterReady &&
    /error occurred forwarding|error forwarding port|error creating (?:error|forwarding) stream/i.test(text)
  )
    // kubectl exits right after this line.
    return { kind: 'complaint', cause: classifyComplaint(service, text), mayExplainEnd: true };
  return { kind: 'evidence' };
}
