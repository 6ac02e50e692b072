/** One `kubectl port-forward` for each tunnel, its endpoint a random loopback port. */
import {
  ChildCarrier,
  type ChildCarrierOptions,
  type ChildLine,
  type ChildPlan,
  type LineMeaning,
} from '../transport/child-carrier.ts';
import { targetName } from '../../../shared/kube-target.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import { kubectlArgv, type KubectlConnection } from './kubectl-command.ts';
import { findSelectedPod } from './kubectl-selected-pod.ts';
import { withExistingPorts } from './kubectl-service-ports.ts';
import type { TunnelAdapter, TunnelRequest } from './tunnel-adapter.ts';

export function createKubectlAdapter(options: ChildCarrierOptions): TunnelAdapter {
  return {
    open: (request) => {
      const { connection, name } = request.service;
      if (connection.technology !== 'kubectl') throw new Error(`not a kubectl service: ${name}`);
      const tunnel = new ChildCarrier(options, request);
      if (connection.target.kind === 'selector') void launchSelected(tunnel, request, options);
      else tunnel.launch(planOf(request.service, connection, targetName(connection.target), options));
      return tunnel;
    },
  };
}

async function launchSelected(
  tunnel: ChildCarrier,
  { service }: TunnelRequest,
  options: ChildCarrierOptions,
): Promise<void> {
  const { connection } = service;
  if (connection.technology !== 'kubectl') return;
  const stopped = new AbortController();
  void tunnel.ended.then(() => {
    stopped.abort();
  });
  const pod = await findSelectedPod(service, connection, { ...options, signal: stopped.signal });
  if (pod.ok) tunnel.launch(planOf(service, connection, pod.value, options));
  else tunnel.fail(pod.error);
}

/** `resource`: `service/web`, as kubectl takes it. */
function planOf(
  service: ServiceSpec,
  connection: KubectlConnection,
  resource: string,
  { launcher, clock }: ChildCarrierOptions,
): ChildPlan {
  return {
    child: {
      name: `kubectl ${resource}`,
      argv: kubectlArgv(connection, resource),
      // The only signal that it handles.
      politeSignal: 'SIGINT',
    },
    interpret: (line) => interpret(service, line),
    explainEnd: (cause, signal) => withExistingPorts(cause, connection, { launcher, clock, signal }),
    cleanUp: () => Promise.resolve(),
  };
}

function interpret(service: ServiceSpec, { stream, text, afterReady }: ChildLine): LineMeaning {
  if (stream === 'stdout') {
    const port = /^Forwarding from 127\.0\.0\.1:(\d+) -> \d+$/.exec(text)?.[1];
    if (port === undefined) return { kind: 'chatter' };
    return { kind: 'ready', endpoint: { kind: 'tcp', host: '127.0.0.1', port: Number(port) } };
  }
  if (
    afterReady &&
    /error occurred forwarding|error forwarding port|error creating (?:error|forwarding) stream/i.test(text)
  )
    // It ends right after.
    return { kind: 'complaint', cause: classifyComplaint(service, text), mayExplainEnd: true };
  return { kind: 'evidence' };
}
