/** Twenty services that wait for a cluster, and four that wait for an ssh host: two troubles, not twenty-four. */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { sampleNow, waiting } from './service-samples.ts';

const clusterDown = [
  'transport-down',
  { what: 'The cluster prod', evidence: 'dial tcp 10.12.0.7:443: connect: no route to host' },
] as const;
const bastionDown = [
  'transport-down',
  { what: 'The ssh host bastion', evidence: 'ssh: connect to host bastion port 22: Operation timed out' },
] as const;

const payments = Array.from({ length: 20 }, (_, index) =>
  waiting(`payments-${String(index + 1).padStart(2, '0')}`, clusterDown, {
    tags: ['payments'],
    localPort: 20_000 + index,
    nextRetryAt: sampleNow + 12_000,
  }),
);
const databases = ['orders', 'stock', 'ledger', 'audit'].map((name, index) =>
  waiting(name, bastionDown, {
    tags: ['staging'],
    technology: 'ssh',
    localPort: 21_000 + index,
    // It is being asked.
    nextRetryAt: sampleNow - 300,
  }),
);

export const heldByTransports: readonly ServiceSnapshot[] = [...payments, ...databases];
