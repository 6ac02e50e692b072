import { describe, expect, it } from 'vitest';
import { describeCause } from '../../shared/failure.ts';
import { err, ok } from '../../shared/result.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { aService, aSnapshot, failedService, offService } from '../shell/testing/snapshots.ts';
import { standingOfStart, standingOfStop, waitForServices } from './service-wait.ts';

const connecting = aService('db', { phase: 'connecting', health: 'unknown' });
const retrying = aService('db', { phase: 'retrying', cause: describeCause('connection-refused') });

describe('the wait for services', () => {
  it.each([
    ['up and healthy', aService('db'), 'done'],
    ['up, and not checked yet', aService('db', { health: 'unknown' }), 'pending'],
    ['up and unhealthy', aService('db', { health: 'unhealthy' }), 'pending'],
    ['on its way', connecting, 'pending'],
    ['tried again by itself', retrying, 'pending'],
    ['for its user to mend', failedService('db'), 'hopeless'],
    [
      'tried again although its user should mend it',
      { ...failedService('db'), phase: 'connecting' },
      'pending',
    ],
    ['turned off by somebody else', offService('db'), 'hopeless'],
  ] as const)('for a start: %s', (_, service, standing) => {
    expect(standingOfStart(service)).toBe(standing);
  });

  /** A host that shows these snapshots, one after the other, and then goes on until it is cancelled. */
  const clientShowing = (...snapshots: readonly Snapshot[]): ControlClient => ({
    host: aSnapshot().host,
    closed: new Promise(() => undefined),
    close: () => undefined,
    request: () => Promise.reject(new Error('not asked for')),
    stream: async (_name, _params, onEvent, signal) => {
      for (const snapshot of snapshots) if (signal?.aborted !== true) onEvent(snapshot as never);
      if (signal?.aborted !== true)
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return ok(undefined);
    },
  });

  const waitOn = (client: ControlClient, clock = new FakeClock(), signal = new AbortController().signal) =>
    waitForServices({ client, clock, names: ['db'], standingOf: standingOfStart, timeoutMs: 1_000, signal });

  const phases = (services: readonly ServiceSnapshot[]) =>
    services.map(({ name, phase }) => `${name} ${phase}`);

  it('ends as soon as all are done, and looks at no others', async () => {
    const client = clientShowing(
      aSnapshot(connecting, offService('web')),
      aSnapshot(aService('db'), offService('web')),
    );
    expect(phases(await waitOn(client))).toEqual(['db up']);
  });

  it('ends when the time is up, with what was seen last', async () => {
    const clock = new FakeClock();
    const waiting = waitOn(clientShowing(aSnapshot(connecting), aSnapshot(retrying)), clock);
    await clock.advance(1_000);
    expect(phases(await waiting)).toEqual(['db retrying']);
  });

  it('ends with Ctrl-C, and with a service that leaves the config', async () => {
    const interruption = new AbortController();
    const waiting = waitOn(clientShowing(aSnapshot(connecting)), new FakeClock(), interruption.signal);
    interruption.abort();
    expect(phases(await waiting)).toEqual(['db connecting']);
    expect(await waitOn(clientShowing(aSnapshot(connecting), aSnapshot()))).toEqual([]);
  });

  it('fails when the host goes away', async () => {
    const client: ControlClient = {
      ...clientShowing(),
      stream: () =>
        Promise.resolve(err({ code: 'connection-lost', message: 'LocalPort ended the connection' })),
    };
    await expect(waitOn(client)).rejects.toThrow('LocalPort ended the connection');
  });

  it('for a stop ends with off, and not before', () => {
    expect([offService('db'), aService('db', { phase: 'stopping' })].map(standingOfStop)).toEqual([
      'done',
      'pending',
    ]);
  });
});
