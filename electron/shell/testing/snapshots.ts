/** Snapshots for tests: everything works unless specified otherwise. */
import { describeCause, type CauseCode } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot, Snapshot } from '../../../shared/service-snapshot.ts';

export function aService(name: string, change: Partial<ServiceSnapshot> = {}): ServiceSnapshot {
  return {
    ...atRest,
    name,
    technology: 'kubectl',
    description: null,
    tags: [],
    route: `prod · svc/${name}`,
    localPort: 5432,
    addresses: ['127.0.0.1:5432', '[::1]:5432'],
    desired: 'on',
    phase: 'up',
    health: 'healthy',
    pid: 100,
    since: 0,
    checkMs: 2,
    ...change,
  };
}

export const offService = (name: string): ServiceSnapshot =>
  aService(name, { desired: 'off', phase: 'off', health: 'unknown', pid: null, addresses: [] });

/** A service that only the user can fix. */
export const failedService = (name: string, code: CauseCode = 'credentials-expired'): ServiceSnapshot =>
  aService(name, {
    phase: 'failed',
    health: 'unknown',
    cause: describeCause(code, { context: 'prod' }),
    pid: null,
  });

export const aSnapshot = (...services: readonly ServiceSnapshot[]): Snapshot => ({
  host: { kind: 'menu-bar', pid: 1, version: '1.0.0', since: 0, logDirectory: '/logs', notices: [] },
  config: { status: 'loaded', path: '/home/me/.localport.yaml', problems: [] },
  services,
  prompts: [],
});
