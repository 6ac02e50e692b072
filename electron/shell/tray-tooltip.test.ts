import { expect, test } from 'vitest';
import { describeCause } from '../../shared/failure.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { aService, aSnapshot, failedService, offService } from './testing/snapshots.ts';
import { trayTooltip } from './tray-tooltip.ts';

const waiting = (code: 'network-down' | 'host-unreachable'): ServiceSnapshot =>
  aService(code, {
    phase: 'waiting',
    exhausted: code === 'host-unreachable',
    health: 'unknown',
    cause: describeCause(code),
  });
const brokenConfig = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  config: { ...snapshot.config, status: 'broken' },
});

test.each<[string, string, Snapshot]>([
  ['there is nothing to forward', 'LocalPort: No forwards', aSnapshot()],
  ['all are up', 'LocalPort: Both up', aSnapshot(aService('a'), aService('b'))],
  ['what is off is not missing', 'LocalPort: 1 up, 1 off', aSnapshot(aService('a'), offService('b'))],
  ['all are off', 'LocalPort: All off', aSnapshot(offService('a'))],
  [
    'one is on its way',
    'LocalPort: 1 of 2 up, 1 connecting',
    aSnapshot(aService('a'), aService('b', { phase: 'connecting', health: 'unknown' })),
  ],
  [
    'one is not proven yet',
    'LocalPort: 1 of 2 up, 1 checking',
    aSnapshot(aService('a'), aService('b', { health: 'unknown' })),
  ],
  [
    'one is in trouble',
    'LocalPort: 1 needs attention, 1 of 2 up',
    aSnapshot(aService('a'), failedService('b')),
  ],
  [
    'two are in trouble',
    'LocalPort: 2 need attention, 0 of 2 up',
    aSnapshot(failedService('a'), waiting('host-unreachable')),
  ],
  [
    'the network is away, which needs nobody',
    'LocalPort: 0 of 1 up, 1 connecting',
    aSnapshot(waiting('network-down')),
  ],
  [
    'the config is broken',
    'LocalPort: The config needs attention, 1 of 1 up',
    brokenConfig(aSnapshot(aService('a'))),
  ],
])('when %s it says "%s"', (_when, words, snapshot) => {
  expect(trayTooltip(snapshot)).toBe(words);
});
