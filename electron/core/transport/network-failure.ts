import type { Cause, CauseCode } from '../../../shared/failure.ts';

const networkCodes: ReadonlySet<CauseCode> = new Set([
  'host-unreachable',
  'local-network-denied',
  'name-not-found',
  'connection-refused',
  'timed-out',
]);

/** Whether a failure may be caused by the network rather than by the remote host or service. */
export const isNetworkFailure = ({ code }: Cause): boolean => networkCodes.has(code);
