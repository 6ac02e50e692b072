import type { ControlError } from '../../../shared/control-contract.ts';

/** The HTTP status of each error code (RFC 9110, RFC 6585). */
export const httpStatus: Readonly<Record<ControlError['code'], number>> = {
  'bad-request': 400,
  'version-mismatch': 400,
  'not-permitted': 403,
  'not-found': 404,
  'wrong-method': 405,
  'timed-out': 408,
  'too-large': 413,
  'wrong-content-type': 415,
  'too-many-requests': 429,
  'host-failed': 500,
  'connection-lost': 500,
  'too-slow': 500,
  'not-running': 503,
  stopping: 503,
};
