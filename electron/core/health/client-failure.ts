/** Maps a failed connection to the target to its cause. */
import { describeCause, type Cause, type CauseDetails } from '../../../shared/failure.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { assertNever } from '../../../shared/result.ts';
import { describeLocalTarget } from '../../../shared/route-text.ts';
import type { Connection, ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import type { ClientEvidence } from '../relay/service-port.ts';
import { isLoopback } from '../config/loops.ts';
import { systemLookups } from '../connect/shared-lookup.ts';
import { classifyConnectError } from '../failure/connect-failure.ts';
import { describeFailedCheck } from './check-cause.ts';
import type { FailedCheck } from './health-verdict.ts';

/** For a connection made by a client. null: it says nothing about the target. */
export function describeClientFailure(
  connection: Connection,
  evidence: Exclude<ClientEvidence, { readonly kind: 'answered' | 'silent' }>,
): Cause | null {
  switch (evidence.kind) {
    case 'closed':
      return describeCause('target-closed', targetOf(connection));
    case 'tls-expected':
      return describeCause('tls-expected', targetOf(connection));
    case 'looped':
      return describeCause('loops-back');
    case 'unconnected':
      return describeRefusal(connection, evidence.errno);
    default:
      return assertNever(evidence, 'client evidence');
  }
}

/** For a connection made by a check. */
export function describeFailure(check: FailedCheck, { connection, healthCheck }: ServiceSpec): Cause {
  const errno = errnoOf(check, connection);
  const refusal = errno === null ? null : describeRefusal(connection, errno);
  return refusal ?? describeFailedCheck(check, healthCheck);
}

/** Why the check could not connect; null: it could, or nothing is known. */
function errnoOf({ failure }: FailedCheck, connection: Connection): string | null {
  if (failure.kind === 'unconnected') return failure.busy ? null : failure.errno;
  return failure.kind === 'timed-out' && isLookedUp(connection) ? 'ETIMEDOUT' : null;
}

/** The name of the target, which this computer dials, is still being looked up. */
function isLookedUp(connection: Connection): boolean {
  const { technology } = connection;
  const target =
    technology === 'tcp' ? connection : technology === 'ssh' ? connection.localTarget : undefined;
  return target !== undefined && 'host' in target && systemLookups.isUnanswered(target.host);
}

/** For the local target of a reverse forward. null: the forward is not a reverse forward. */
function describeLocalRefusal({ localTarget: target }: SshConnection, errno: string): Cause | null {
  if (target === undefined) return null;
  const what = describeLocalTarget(target);
  const refused = { what, evidence: `connect ${errno} ${what}` };
  if ('path' in target || isLoopback(target.host)) return describeCause('local-refused', refused);
  return errno === 'ECONNREFUSED'
    ? describeCause('local-refused', { ...refused, host: target.host })
    : classifyConnectError(connectError(errno, what), target);
}

const connectError = (errno: string, place: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`connect ${errno} ${place}`), { code: errno });

/** null: the endpoint is the tunnel's own, so the target is not involved. */
function describeRefusal(connection: Connection, errno: string): Cause | null {
  if (connection.technology === 'ssh') return describeLocalRefusal(connection, errno);
  if (connection.technology !== 'tcp') return null;
  const { host, remotePort: port } = connection;
  return classifyConnectError(connectError(errno, `${host}:${port}`), { host, port });
}

function targetOfSsh(connection: SshConnection): CauseDetails {
  const { localTarget, remoteSocket, remoteHost: host, remotePort: port } = connection;
  if (localTarget !== undefined) return { host: describeLocalTarget(localTarget), isReverse: true };
  return remoteSocket === undefined ? { host, port } : { host: remoteSocket };
}

function targetOf(connection: Connection): CauseDetails {
  switch (connection.technology) {
    case 'tcp':
      return { host: connection.host, port: connection.remotePort };
    case 'ssh':
      return targetOfSsh(connection);
    case 'kubectl':
      return { host: targetName(connection.target) };
    case 'command':
      return {};
    default:
      return assertNever(connection, 'technology');
  }
}
