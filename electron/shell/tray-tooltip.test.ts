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
  ['there is nothing to forward', 'LocalPort: no forwards', aSnapshot()],
  ['all are up', 'LocalPort: 2 of 2 up', aSnapshot(aService('a'), aService('b'))],
  ['what is off is not missing', 'LocalPort: 1 of 1 up', aSnapshot(aService('a'), offService('b'))],
  ['all are off', 'LocalPort: all off', aSnapshot(offService('a'))],
  [
    'one is on its way',
    'LocalPort: 1 of 2 up',
    aSnapshot(aService('a'), aService('b', { phase: 'connecting', health: 'unknown' })),
  ],
  [
    'one is not proven yet',
    'LocalPort: 1 of 2 up, 1 checking',
    aSnapshot(aService('a'), aService('b', { health: 'unknown' })),
  ],
  [
    'a cause needs the user',
    'LocalPort: 1 of 2 up, 1 needs you',
    aSnapshot(aService('a'), failedService('b')),
  ],
  [
    'tries are used up',
    'LocalPort: 0 of 2 up, 2 need you',
    aSnapshot(failedService('a'), waiting('host-unreachable')),
  ],
  ['the network is away, which needs nobody', 'LocalPort: 0 of 1 up', aSnapshot(waiting('network-down'))],
  ['the config is broken', 'LocalPort: 1 of 1 up, config has errors', brokenConfig(aSnapshot(aService('a')))],
])('when %s it says "%s"', (_when, words, snapshot) => {
  expect(trayTooltip(snapshot)).toBe(words);
});
