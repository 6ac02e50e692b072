/** What the result of a check and a transport probe together show about a tunnel. Pure. */
import { assertNever } from '../../../shared/result.ts';
import { isReverse } from '../../../shared/route-text.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { TransportProof } from '../transport/carrier.ts';
import { describeFailedCheck } from './check-cause.ts';
import type { TunnelEvidence } from './check-report.ts';
import { provesTunnel, type ProbeResult } from './probe.ts';

type FinishedProbe = Exclude<ProbeResult, { readonly kind: 'canceled' }>;

export interface Examination {
  readonly service: ServiceSpec;
  readonly result: FinishedProbe;
  /** null: the transport was not probed, because the check itself got an answer. */
  readonly transport: TransportProof | null;
  readonly isStrict: boolean;
}

export function evidenceOf(examination: Examination): TunnelEvidence {
  const { result, transport, service } = examination;
  // The probed target is on this side of the tunnel.
  if (isReverse(service.connection))
    return transport === null ? { kind: 'none' } : untriedEvidence(transport);
  if (provesTunnel(result)) return { kind: 'answered' };
  if (transport === null) return probeEvidence(examination);
  switch (transport.kind) {
    case 'dead':
      return transport;
    case 'alive': {
      const evidence = probeEvidence(examination);
      return evidence.kind === 'dead' ? evidence : { kind: 'answered' };
    }
    case 'silent':
      return { kind: 'silent' };
    case 'unprovable':
      return probeEvidence(examination);
    default:
      return assertNever(transport, 'transport proof');
  }
}

/** Without a probe of the target, only the transport counts. */
export const untriedEvidence = (transport: TransportProof): TunnelEvidence =>
  earlyEvidence(transport) ?? { kind: 'untried' };

/** What the transport alone shows while the check is still running; null: nothing. */
export function earlyEvidence(transport: TransportProof): TunnelEvidence | null {
  switch (transport.kind) {
    case 'alive':
      return { kind: 'answered' };
    case 'silent':
    case 'dead':
      return transport;
    case 'unprovable':
      return null;
    default:
      return assertNever(transport, 'transport proof');
  }
}

function probeEvidence({ service, result, isStrict }: Examination): TunnelEvidence {
  if (result.kind === 'passed') return { kind: 'open' };
  const { failure } = result;
  switch (failure.kind) {
    case 'answered':
      return { kind: 'answered' };
    case 'timed-out':
      return { kind: isStrict ? 'silent' : 'none' };
    case 'unconnected': {
      // The endpoint of a tcp service is the remote host itself.
      const isOurs = service.connection.technology !== 'tcp' && !failure.busy;
      return isOurs
        ? { kind: 'dead', cause: describeFailedCheck(result, service.healthCheck) }
        : { kind: 'none' };
    }
    case 'closed':
    case 'command-failed':
      return { kind: 'none' };
    case 'not-made':
      return { kind: 'open' };
    default:
      return assertNever(failure, 'check failure');
  }
}

/**
 * Whether another tunnel may help a service whose checks fail. Any answer, from the target or the transport, proves the
 * tunnel: the fault lies beyond it.
 */
export const anotherMayHelp = (evidence: TunnelEvidence): boolean => evidence.kind !== 'answered';
