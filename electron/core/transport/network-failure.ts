import type { Cause, CauseCode } from '../../../shared/failure.ts';

const networkCodes: ReadonlySet<CauseCode> = new Set([
  'host-unreachable',
  'local-network-denied',
  'name-not-found',
  'connection-refused',
  'timed-out',
]);

/** Whether a failure may be that of the way, and not of what lies at its end. */
export const isNetworkFailure = ({ code }: Cause): boolean => networkCodes.has(code);
