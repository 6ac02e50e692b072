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

const now = 10_000;

describe('the console report', () => {
  it('reports the events of a service, and how long they take', () => {
    const at = (change: Partial<ServiceSnapshot>): Snapshot => ({
      ...first,
      services: [{ ...service, ...change }],
    });
    const cause = describeCause('connection-refused', { host: 'db' });
    const states = [
      at({ phase: 'off', desired: 'off', health: 'unknown' }),
      at({ phase: 'connecting', health: 'unknown', since: 9_800 }),
      at({ phase: 'up', health: 'unknown' }),
      at({}),
      at({ phase: 'connecting', health: 'unknown', since: 10_000 }),
      at({ phase: 'retrying', health: 'unknown', nextRetryAt: 14_000, cause }),
      at({ phase: 'waiting', health: 'unknown', cause }),
      at({ phase: 'stopping', health: 'unknown' }),
      at({ phase: 'off', desired: 'off', health: 'unknown' }),
    ];
    expect(
      states.slice(1).flatMap((state, index) => reportChanges(states[index] ?? null, state, now)),
    ).toEqual([
      '◐ db  turned on  localhost:5432 → db:5432',
      '◌ db  checking, connected in 0.2 s  localhost:5432 → db:5432',
      '● db  up  localhost:5432 → db:5432',
      '◐ db  reconnecting  localhost:5432 → db:5432',
      '▲ db  retrying in 4 s  localhost:5432 → db:5432  db refused the connection',
      '▲ db  waiting  localhost:5432 → db:5432  db refused the connection',
      '○ db  turned off  localhost:5432 → db:5432',
    ]);
  });

  it('reports a service on demand that connects for a client', () => {
    const idle: Snapshot = { ...first, services: [{ ...service, phase: 'idle', health: 'unknown' }] };
    const connecting: Snapshot = {
      ...first,
      services: [{ ...service, phase: 'connecting', health: 'unknown' }],
    };
    expect([...reportChanges(first, idle, now), ...reportChanges(idle, connecting, now)]).toEqual([
      '◌ db  idle until a client connects  localhost:5432 → db:5432',
      '◐ db  connecting  localhost:5432 → db:5432',
    ]);
  });

  it('starts with the paths of logs and config, and the state of each service', () => {
    expect(reportChanges(null, first, now)).toEqual([
      'logs in /logs',
      'config /c.yaml',
      '● db  up  localhost:5432 → db:5432',
    ]);
  });

  it('prints nothing when only counters moved and the same config was read again', () => {
    expect(
      reportChanges(
        first,
        {
          ...first,
          config: { ...first.config },
          services: [{ ...service, bytesIn: 5, checkMs: 3 }],
        },
        now,
      ),
    ).toEqual([]);
  });

  it('prints the changed service with its cause, and the errors of a broken config', () => {
    const cause = describeCause('connection-refused', { host: 'db' });
    const config = {
      status: 'broken' as const,
      path: '/c.yaml',
      problems: [{ severity: 'error' as const, path: 'services[0].name', line: 3, message: 'missing' }],
    };
    const after = { ...first, config, services: [{ ...service, phase: 'retrying' as const, cause }] };
    expect(reportChanges(first, after, now)).toEqual([
      'config /c.yaml is broken; the previous config is still in effect',
      '  error: services[0].name: missing (c.yaml:3)',
      '▲ db  retrying  localhost:5432 → db:5432  db refused the connection',
    ]);
    expect(reportChanges(null, { ...after, services: [] }, now)).toContain(
      'config /c.yaml is broken; nothing is running until you fix it',
    );
  });

  it('reports a tunnel as up once it is proven, and as checking before', () => {
    const health = (value: ServiceSnapshot['health']): Snapshot => ({
      ...first,
      services: [{ ...service, health: value }],
    });
    expect([
      ...reportChanges(first, health('unknown'), now),
      ...reportChanges(health('unknown'), health('unhealthy'), now),
      ...reportChanges(health('unhealthy'), health('healthy'), now),
    ]).toEqual([
      '◌ db  checking  localhost:5432 → db:5432',
      '▲ db  unhealthy  localhost:5432 → db:5432',
      '● db  up  localhost:5432 → db:5432',
    ]);
  });

  it('prints each notice once', () => {
    const after = { ...first, host: { ...first.host, notices: ['The state folder is read-only'] } };
    expect(reportChanges(first, after, now)).toEqual(['notice: The state folder is read-only']);
    expect(reportChanges(after, after, now)).toEqual([]);
  });

  it('ends with a statement of what is left behind, if anything', () => {
    expect(reportEnd([])).toEqual(['stopped, nothing is left behind']);
    expect(reportEnd(['left behind: port 5432 cannot be bound again'])).toEqual([
      'stopped, but not cleanly:',
      '  left behind: port 5432 cannot be bound again',
    ]);
  });
});
