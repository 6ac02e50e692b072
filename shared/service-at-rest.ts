import { noOutages } from './outages.ts';
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The snapshot fields of a service without a tunnel and without a history. */
export const atRest = {
  bind: null,
  addresses: [],
  configuredPort: null,
  cause: null,
  pid: null,
  nextRetryAt: null,
  attempt: 0,
  exhausted: false,
  restarts: 0,
  connections: 0,
  held: 0,
  bytesOut: 0,
  bytesIn: 0,
  outages: noOutages,
  checkMs: null,
} as const satisfies Partial<ServiceSnapshot>;
