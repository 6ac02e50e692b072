/** One `kubectl port-forward` for each tunnel, its endpoint a random loopback port. */
import {
  ChildCarrier,
  type ChildLine,
  type ChildCarrierOptions,
  type LineMeaning,
} from '../transport/child-carrier.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import { kubectlArgv } from './kubectl-command.ts';
import { withExistingPorts } from './kubectl-service-ports.ts';
import type { TunnelAdapter } from './tunnel-adapter.ts';

export function createKubectlAdapter(options: ChildCarrierOptions): TunnelAdapter {
  const { launcher, clock } = options;
  return {
    open: (request) => {
      const { connection, name } = request.service;
      if (connection.technology !== 'kubectl') throw new Error(`not a kubectl service: ${name}`);
      const tunnel = new ChildCarrier(options, request);
      tunnel.launch({
        child: {
          name: `kubectl ${connection.resourceType}/${connection.resourceName}`,
          argv: kubectlArgv(connection),
          // The only signal that it handles.
          politeSignal: 'SIGINT',
        },
        interpret: (line) => interpret(request.service, line),
        explainEnd: (cause, signal) => withExistingPorts(cause, connection, { launcher, clock, signal }),
        cleanUp: () => Promise.resolve(),
      });
      return tunnel;
    },
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
