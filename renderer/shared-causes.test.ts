import { describe, expect, it } from 'vitest';
import type { CauseCode } from '../shared/failure.ts';
import { sharedCausesOf } from './shared-causes.ts';
import { retrying, sampleNow, service, waiting } from './testing/service-samples.ts';

const unreachable = ['host-unreachable', { host: 'bastion' }] as const;

describe('a shared cause', () => {
  it('counts down to the earliest retry', () => {
    const services = [9000, 2000, 5000].map((delay, index) =>
      retrying(`s${index}`, unreachable, { nextRetryAt: sampleNow + delay }),
    );
    expect(sharedCausesOf(services, sampleNow)[0]?.cause.next).toBe('Retrying in 2 s');
  });

  it('of services waiting for a connection shows when it is checked next, and that a check is running', () => {
    const nextAt = (delay: number): string | undefined =>
      sharedCausesOf(
        ['a', 'b', 'c'].map((name) => waiting(name, ['transport-down'], { nextRetryAt: sampleNow + delay })),
        sampleNow,
      )[0]?.cause.next;
    expect([nextAt(12_000), nextAt(-300)]).toEqual(['Checking again in 12 s', 'Checking again now']);
  });

  it('is being retried as soon as one of its services is', () => {
    const services = ['a', 'b', 'c'].map((name) => retrying(name, unreachable));
    const trying = [...services, retrying('d', unreachable, { phase: 'connecting', nextRetryAt: null })];
    expect(sharedCausesOf(trying, sampleNow)[0]?.cause.next).toBe('Trying again now');
  });

  it('does not offer a log, since each service has its own', () => {
    const services = ['a', 'b', 'c'].map((name) => retrying(name, ['closed-by-remote', { host: 'bastion' }]));
    expect(sharedCausesOf(services, sampleNow)[0]?.cause).toMatchObject({ action: null, tries: null });
  });

  it('is not shared by services that failed differently or are off', () => {
    const services = [
      retrying('a', unreachable),
      retrying('b', unreachable),
      retrying('c', ['host-unreachable', { host: 'nas' }]),
      service('d', { cause: retrying('d', unreachable).cause }),
    ];
    expect(sharedCausesOf(services, sampleNow)).toEqual([]);
  });

  it('has the tone of its services: trouble, or only waiting', () => {
    const toneOf = (code: CauseCode): string | undefined =>
      sharedCausesOf(
        ['a', 'b', 'c'].map((name) => waiting(name, [code])),
        sampleNow,
      )[0]?.tone;
    expect([
      toneOf('credentials-expired'),
      toneOf('transport-down'),
      toneOf('network-down'),
      toneOf('suspended'),
    ]).toEqual(['trouble', 'trouble', 'working', 'working']);
  });

  it('names its services in file order', () => {
    const services = ['z', 'a', 'm'].map((name) => retrying(name, unreachable));
    expect(sharedCausesOf(services, sampleNow)[0]?.names).toEqual(['z', 'a', 'm']);
  });
});
