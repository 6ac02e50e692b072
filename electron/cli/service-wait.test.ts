import { describe, expect, it } from 'vitest';
import { describeCause } from '../../shared/failure.ts';
import { err, ok } from '../../shared/result.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { aService, aSnapshot, failedService, offService } from '../shell/testing/snapshots.ts';
import { progressOfStart, progressOfStop, waitForServices, type Progress } from './service-wait.ts';
import { fakeClient } from './testing/fake-client.ts';

const connecting = aService('db', { phase: 'connecting', health: 'unknown' });
const retrying = aService('db', { phase: 'retrying', cause: describeCause('connection-refused') });

describe('the wait for services', () => {
  it.each([
    ['up and healthy', aService('db'), 'done'],
    ['up, and ready for its first client', aService('db', { health: 'ready' }), 'done'],
    ['up, and not checked yet', aService('db', { health: 'unknown' }), 'pending'],
    ['up and unhealthy', aService('db', { health: 'unhealthy' }), 'pending'],
    ['on its way', connecting, 'pending'],
    ['tried again by itself', retrying, 'pending'],
    ['for its user to fix', failedService('db'), 'failed'],
    ['for its user to fix, and tried again', { ...failedService('db'), phase: 'connecting' }, 'pending'],
    ['for its user to fix, and checked again', { ...failedService('db'), phase: 'up' }, 'pending'],
    [
      'for its user to fix, and checked again in time',
      { ...failedService('db'), nextRetryAt: 9_999 },
      'pending',
    ],
    [
      'for its user to fix, and checked again too late',
      { ...failedService('db'), nextRetryAt: 10_000 },
      'failed',
    ],
    ['turned off by somebody else', offService('db'), 'failed'],
  ] as const)('for a start: %s', (_, service, progress) => {
    expect(progressOfStart(service, 10_000)).toBe(progress);
  });

  /** A host that shows these snapshots, one after the other, and then keeps running until it is canceled. */
  const clientShowing = (first: Snapshot, ...snapshots: readonly Snapshot[]): ControlClient =>
    fakeClient({
      request: () => Promise.resolve(ok(first as never)),
      stream: async (_name, _params, { onEvent, signal }) => {
        for (const snapshot of [first, ...snapshots])
          if (signal?.aborted !== true) onEvent(snapshot as never);
        if (signal?.aborted !== true)
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        return ok(undefined);
      },
    });

  const waitOn = async (
    client: ControlClient,
    { clock = new FakeClock(), signal = new AbortController().signal, names = ['db'] } = {},
  ): Promise<readonly string[]> => {
    const tellDone = (): string => 'is up';
    const progressOf = (service: ServiceSnapshot): Progress => progressOfStart(service, 0);
    const wait = { client, clock, names, progressOf, tellDone, timeoutMs: 1_000, signal };
    const results = await waitForServices(wait);
    return results.map(
      ({ name, ok: isDone, message, cause }) =>
        `${isDone ? '✓' : '✗'} ${name} ${message}${cause === undefined ? '' : `: ${cause.title}`}`,
    );
  };

  it('ends as soon as all are done, and ignores other services', async () => {
    const client = clientShowing(
      aSnapshot(connecting, offService('web')),
      aSnapshot(aService('db'), offService('web')),
    );
    expect(await waitOn(client)).toEqual(['✓ db is up']);
  });

  it('ends when the time is up, with the last known state', async () => {
    const clock = new FakeClock();
    const waiting = waitOn(clientShowing(aSnapshot(connecting), aSnapshot(retrying)), { clock });
    await clock.advance(1_000);
    expect(await waiting).toEqual([expect.stringMatching(/^✗ db retrying: /)]);
  });

  it('has a result even if the time is over at once', async () => {
    const clock = new FakeClock();
    const late = clientShowing(aSnapshot(connecting));
    const stream: ControlClient['stream'] = (_name, _params, { signal }) => {
      expect(signal?.aborted).toBe(true);
      return Promise.resolve(ok(undefined));
    };
    const request = async () => {
      await clock.advance(1_000);
      return ok(aSnapshot(connecting) as never);
    };
    expect(await waitOn({ ...late, request, stream }, { clock })).toEqual(['✗ db connecting']);
  });

  it('reports a tunnel that was not proven in time as still being checked', async () => {
    const clock = new FakeClock();
    const unproven = aService('db', { health: 'unknown' });
    const waiting = waitOn(clientShowing(aSnapshot(unproven)), { clock });
    await clock.advance(1_000);
    expect(await waiting).toEqual([
      '✗ db is still being checked: no check has passed through the tunnel yet',
    ]);
  });

  it('ends with Ctrl-C', async () => {
    const interruption = new AbortController();
    const waiting = waitOn(clientShowing(aSnapshot(connecting)), { signal: interruption.signal });
    interruption.abort();
    expect(await waiting).toEqual(['✗ db connecting']);
  });

  it('ends with a service that leaves the config, which is a failure', async () => {
    const client = clientShowing(aSnapshot(connecting, aService('web')), aSnapshot(aService('web')));
    expect(await waitOn(client, { names: ['db', 'web'] })).toEqual([
      '✓ web is up',
      '✗ db was removed from the config',
    ]);
  });

  it('fails if the host goes away', async () => {
    const client: ControlClient = {
      ...clientShowing(aSnapshot(connecting)),
      stream: () =>
        Promise.resolve(err({ code: 'connection-lost', message: 'LocalPort ended the connection' })),
    };
    await expect(waitOn(client)).rejects.toThrow('LocalPort ended the connection');
  });

  it('for a stop ends when the service is off, and not before', () => {
    expect([offService('db'), aService('db', { phase: 'stopping' })].map(progressOfStop)).toEqual([
      'done',
      'pending',
    ]);
  });
});
