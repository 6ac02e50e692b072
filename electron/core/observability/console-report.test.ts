import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot, Snapshot } from '../../../shared/service-snapshot.ts';
import { reportChanges, reportEnd } from './console-report.ts';

const service: ServiceSnapshot = {
  ...atRest,
  name: 'db',
  technology: 'tcp',
  description: null,
  tags: [],
  route: 'db:5432',
  localPort: 5432,
  desired: 'on',
  phase: 'up',
  health: 'healthy',
  since: 0,
};
const first: Snapshot = {
  host: { kind: 'menu-bar', pid: 1, version: '1.0.0', since: 0, logDirectory: '/logs', notices: [] },
  config: { status: 'loaded', path: '/c.yaml', problems: [] },
  services: [service],
  prompts: [],
};

describe('the console report', () => {
  it('says at the start where logs and config are, and how each service is', () => {
    expect(reportChanges(null, first)).toEqual([
      'logs in /logs',
      'config /c.yaml',
      '● db  up  localhost:5432 → db:5432',
    ]);
  });

  it('prints nothing when only counters moved', () => {
    expect(reportChanges(first, { ...first, services: [{ ...service, bytesIn: 5, checkMs: 3 }] })).toEqual(
      [],
    );
  });

  it('prints the service that changed, with its cause, and the faults of a broken config', () => {
    const cause = describeCause('connection-refused', { host: 'db' });
    const config = {
      status: 'broken' as const,
      path: '/c.yaml',
      problems: [{ severity: 'error' as const, path: 'services[0].name', line: 3, message: 'missing' }],
    };
    const after = { ...first, config, services: [{ ...service, phase: 'retrying' as const, cause }] };
    expect(reportChanges(first, after)).toEqual([
      'config /c.yaml is broken; the previous config is still in effect',
      '  error: services[0].name, line 3: missing',
      '▲ db  retrying  localhost:5432 → db:5432  db refused the connection',
    ]);
    expect(reportChanges(null, { ...after, services: [] })).toContain(
      'config /c.yaml is broken; nothing is running until you fix it',
    );
  });

  it('calls a tunnel up once it is proven, and checking before', () => {
    const health = (value: ServiceSnapshot['health']): Snapshot => ({
      ...first,
      services: [{ ...service, health: value }],
    });
    expect([
      ...reportChanges(first, health('unknown')),
      ...reportChanges(health('unknown'), health('unhealthy')),
      ...reportChanges(health('unhealthy'), health('healthy')),
    ]).toEqual([
      '◌ db  checking  localhost:5432 → db:5432',
      '▲ db  unhealthy  localhost:5432 → db:5432',
      '● db  up  localhost:5432 → db:5432',
    ]);
  });

  it('prints each notice once', () => {
    const after = { ...first, host: { ...first.host, notices: ['The state folder is read-only'] } };
    expect(reportChanges(first, after)).toEqual(['notice: The state folder is read-only']);
    expect(reportChanges(after, after)).toEqual([]);
  });

  it('ends by saying whether anything is left', () => {
    expect(reportEnd([])).toEqual(['stopped, nothing is left behind']);
    expect(reportEnd(['left behind: port 5432 cannot be bound again'])).toEqual([
      'stopped, but not cleanly:',
      '  left behind: port 5432 cannot be bound again',
    ]);
  });
});
