import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { diffServices, type ServiceChange } from './config-differ.ts';
import { loadText, tcpEntry } from './testing/config-text.ts';

const [a, b, c] = loadText(`services:\n${tcpEntry('a', 1)}${tcpEntry('b', 2)}${tcpEntry('c', 3)}`)
  .services as [ServiceSpec, ServiceSpec, ServiceSpec];

/** `changed b: connection hold` */
const summary = (changes: readonly ServiceChange[]): readonly string[] =>
  changes.map((change) => {
    if (change.kind === 'removed') return `removed ${change.name}`;
    if (change.kind === 'added') return `added ${change.service.name}`;
    return `changed ${change.service.name}: ${[...change.changes].join(' ')}`;
  });

describe('the difference of two configs', () => {
  it('is empty for equal services, also in another order', () => {
    expect(diffServices([a, b, c], structuredClone([c, a, b]))).toEqual([]);
  });

  it('lists removed services before added ones, so that a port is free for its next owner', () => {
    expect(summary(diffServices([a, b], [{ ...b, name: 'renamed' }, a, c]))).toEqual([
      'removed b',
      'added renamed',
      'added c',
    ]);
  });

  it('is the connection when a forward becomes a SOCKS proxy, or uses a connection of the user', () => {
    const ssh = (more: string): readonly ServiceSpec[] =>
      loadText(`services: [{name: a, technology: ssh, local_port: 1, ${more}}]`).services;
    const before = ssh('remote_port: 1, connection: {host: h}');
    const proxy = ssh('dynamic: true, connection: {host: h}');
    const own = ssh('remote_port: 1, connection: {host: h, control_path: user}');
    expect(summary(diffServices(before, proxy))).toEqual(['changed a: connection']);
    expect(summary(diffServices(before, own))).toEqual(['changed a: connection']);
  });

  it.each<readonly [string, Partial<ServiceSpec>]>([
    ['local-port', { localPort: 9 }],
    ['local-port', { bind: '0.0.0.0' }],
    ['connection', { connection: { technology: 'tcp', host: 'other', remotePort: 1 } }],
    ['connection', { isAlone: true }],
    ['health-check', { healthCheck: { ...b.healthCheck, intervalMs: 1 } }],
    ['restart-policy', { restartPolicy: { ...b.restartPolicy, enabled: false } }],
    ['hold', { holdTimeoutMs: 1 }],
    ['start-timeout', { startTimeoutMs: 1 }],
    ['on-demand', { unusedMs: 1 }],
    ['details', { tags: ['x'] }],
    ['details', { description: 'x' }],
    ['problem', { problem: describeCause('variable-unset', { what: 'X' }) }],
    ['enabled', { enabled: false }],
    ['local-port hold', { localPort: 9, holdTimeoutMs: 1 }],
  ])('is %s when nothing else changed', (aspects, change) => {
    const after = { ...b, ...change };
    expect(summary(diffServices([a, b], [a, after]))).toEqual([`changed b: ${aspects}`]);
    expect(diffServices([b], [after])[0]).toMatchObject({ service: after });
  });
});
