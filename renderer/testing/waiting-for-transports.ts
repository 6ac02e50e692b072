/** Twenty services waiting for a cluster, and four waiting for an ssh host: two problems, not twenty-four. */
import { asTransportDown, describeCause } from '../../shared/failure.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { sampleNow, service, waiting } from './service-samples.ts';

const clusterDown = [
  'transport-down',
  { what: 'The cluster prod', evidence: 'dial tcp 10.12.0.7:443: connect: no route to host' },
] as const;
const bastionDetails = {
  host: 'bastion',
  evidence: 'ssh: connect to host bastion port 22: Operation timed out',
};
const bastionDown = asTransportDown(describeCause('timed-out', bastionDetails));

const payments = Array.from({ length: 20 }, (_, index) =>
  waiting(`payments-${String(index + 1).padStart(2, '0')}`, clusterDown, {
    tags: ['payments'],
    localPort: 20_000 + index,
    nextRetryAt: sampleNow + 12_000,
  }),
);
const databases = ['orders', 'stock', 'ledger', 'audit'].map((name, index) =>
  service(name, {
    tags: ['staging'],
    technology: 'ssh',
    route: `bastion → ${name}.internal:5432`,
    desired: 'on',
    phase: 'waiting',
    cause: bastionDown,
    localPort: 21_000 + index,
    // A login attempt is in progress.
    nextRetryAt: sampleNow - 300,
  }),
);

export const waitingForTransports: readonly ServiceSnapshot[] = [...payments, ...databases];
