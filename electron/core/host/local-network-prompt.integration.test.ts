import { expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { describeCause } from '../../../shared/failure.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { silentLogger } from '../observability/logger.ts';
import { Scope } from '../scope.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { promptForLocalNetwork } from './local-network-prompt.ts';

it('leaves no socket and no timer behind for a refused connection', async () => {
  const clock = new FakeClock();
  const scope = new Scope('test');
  let show: (snapshot: Snapshot) => void = () => undefined;
  const onSnapshot = (listener: typeof show): (() => void) => {
    show = listener;
    return () => undefined;
  };
  promptForLocalNetwork({ scope, onSnapshot }, { clock, log: silentLogger, platform: 'darwin' });
  const cause = describeCause('local-network-denied', { address: '127.0.0.1' });
  show({ services: [{ cause }] } as unknown as Snapshot);
  expect(clock.pendingTimers).toBe(1);
  await eventually('it is refused', () => clock.pendingTimers === 0);
  await scope.close();
});
