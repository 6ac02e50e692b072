import { expect, test } from 'vitest';
import { describeCause } from '../../shared/failure.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { quietMs, transportSettleMs, settleMs } from './notification-policy.ts';
import { Notifier } from './notifier.ts';
import { aService, aSnapshot, failedService, offService } from './testing/snapshots.ts';

const connecting = (name: string): ServiceSnapshot =>
  aService(name, { phase: 'connecting', health: 'unknown' });
const retrying = (name: string): ServiceSnapshot =>
  aService(name, { phase: 'retrying', health: 'unknown', cause: describeCause('host-unreachable') });
const exhausted = (name: string): ServiceSnapshot => ({
  ...retrying(name),
  phase: 'waiting',
  exhausted: true,
});
const unhealthy = (name: string, isExhausted: boolean): ServiceSnapshot =>
  aService(name, { health: 'unhealthy', cause: describeCause('check-failed'), exhausted: isExhausted });
const unproven = (name: string): ServiceSnapshot => aService(name, { health: 'unknown' });
const offline = (name: string): ServiceSnapshot =>
  aService(name, { phase: 'waiting', health: 'unknown', cause: describeCause('network-down') });

/** Feeds snapshots and time to a notifier, and collects its notifications as lines. */
function setUp(isEnabled = () => true, isWatched = () => false) {
  const clock = new FakeClock();
  const said: string[] = [];
  const withdrawn: string[] = [];
  const notifier = new Notifier({
    clock,
    isEnabled,
    tellsRecovery: () => true,
    isWatched,
    show: ({ title, body }) => {
      said.push(`${title} | ${body}`);
      return () => withdrawn.push(title);
    },
  });
  const show = async (...services: readonly ServiceSnapshot[]): Promise<void> => {
    notifier.update(aSnapshot(...services));
    await clock.advance(0);
  };
  const take = (): readonly string[] => said.splice(0);
  return { clock, notifier, show, take, withdrawn };
}

test('a start at which all services connect is silent', async () => {
  const { clock, show, take } = setUp();
  await show(connecting('a'), connecting('b'));
  await show(aService('a'), retrying('b'));
  await show(aService('a'), aService('b'));
  await clock.advance(quietMs * 2);
  expect(take()).toEqual([]);
});

test('one notification when a forward needs the user, one when it is up again', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['Signed out of prod | a: Sign in again (not retried automatically)']);
  await show(connecting('a'));
  await show(failedService('a'));
  await clock.advance(quietMs * 3);
  expect(take()).toEqual([]);
  await show(aService('a'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['a is up again | localhost:5432']);
});

test('a forward on demand whose trouble is over, and that no client uses, is not up again', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'));
  await clock.advance(settleMs);
  expect(take()).toHaveLength(1);
  await show(aService('a', { phase: 'idle', health: 'unknown' }));
  await clock.advance(quietMs);
  await show(connecting('a'), aService('b'));
  await show(aService('a'), aService('b'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('tries that are used up need the user; a missing network does not', async () => {
  const { clock, show, take } = setUp();
  await show(exhausted('a'), offline('b'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['The host cannot be reached | a: Check the network or the VPN']);
});

test('a forward that stays unhealthy through all tries is one notification, plus one when a check passes', async () => {
  const { clock, show, take } = setUp();
  for (let tries = 0; tries < 3; tries++) {
    await show(unhealthy('a', false));
    await clock.advance(quietMs);
    await show(unproven('a'));
    await clock.advance(settleMs);
  }
  expect(take()).toEqual([]);
  await show(unhealthy('a', true));
  await clock.advance(settleMs);
  expect(take()).toEqual(['No answer through the tunnel | a: Check the program at the remote end']);
  for (const next of [unproven('a'), unhealthy('a', false), unproven('a'), unhealthy('a', true)]) {
    await show(next);
    await clock.advance(quietMs);
  }
  expect(take()).toEqual([]);
  await show(aService('a'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['a is up again | localhost:5432']);
});

test('a retry that was delayed by sleep does not need the user', async () => {
  const { clock, show, take } = setUp();
  await show({ ...retrying('a'), phase: 'waiting' });
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('a cluster that stays down is one notification for all its services, one that comes back soon is none', async () => {
  const { clock, show, take } = setUp();
  const held = (name: string): ServiceSnapshot =>
    aService(name, {
      phase: 'waiting',
      health: 'unknown',
      cause: describeCause('transport-down', { what: 'The cluster prod' }),
    });
  await show(held('a'), held('b'));
  await clock.advance(transportSettleMs - 1);
  await show(aService('a'), aService('b'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
  await show(held('a'), aService('b'));
  await clock.advance(transportSettleMs / 2);
  await show(held('a'), held('b'));
  await clock.advance(transportSettleMs / 2);
  expect(take()).toEqual([
    'The cluster prod cannot be reached | a and b: Check the network or the VPN; LocalPort reconnects as soon as there is an answer',
  ]);
  await show(aService('a'), aService('b'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['a and b are up again | localhost:5432, localhost:5432']);
});

test('what only the user can fix is announced without extra delay, even while its transport retries', async () => {
  const { clock, show, take } = setUp();
  const cause = describeCause('auth-failed', { host: 'gate' });
  const triggers = [...cause.triggers, 'transport-up'] as const;
  await show({ ...failedService('a'), cause: { ...cause, triggers } });
  await clock.advance(settleMs);
  expect(take()).toHaveLength(1);
});

test('a need that began with a transport failure is announced without extra delay, with its own cause', async () => {
  const { clock, show, take } = setUp();
  const cause = describeCause('transport-down', { what: 'The cluster prod' });
  await show(aService('a', { phase: 'waiting', health: 'unknown', cause }));
  await clock.advance(5_000);
  await show(failedService('a'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['Signed out of prod | a: Sign in again (not retried automatically)']);
});

test('a cause that keeps changing is still announced, but not within the quiet period', async () => {
  const { clock, show, take } = setUp();
  const codes = ['credentials-expired', 'forbidden'] as const;
  for (let turn = 0; turn < 4; turn++) {
    await show(failedService('a', codes[turn % 2]));
    await clock.advance(settleMs / 2);
  }
  expect(take()).toHaveLength(1);
  await show(aService('a'));
  await clock.advance(settleMs);
  take();
  for (let turn = 0; turn < 4; turn++) {
    await show(failedService('a', codes[turn % 2]));
    await clock.advance(settleMs);
  }
  expect(take()).toEqual([]);
  await clock.advance(quietMs);
  expect(take()).toHaveLength(1);
});

test('a need that passes quickly is not announced, nor is its end', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'));
  await clock.advance(settleMs - 1);
  await show(aService('a'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('forwards that fail at the same time with the same cause share one notification', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'), aService('b'), aService('c'), aService('d'), aService('e'));
  await clock.advance(settleMs / 2);
  await show(...['a', 'b', 'c', 'd', 'e'].map((name) => failedService(name)));
  await clock.advance(settleMs);
  expect(take()).toEqual([
    'Signed out of prod | a, b, c and 2 more: Sign in again (not retried automatically)',
  ]);
});

test('a forward that fails a little later with the same cause shares the notification', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'), aService('b'));
  await clock.advance(settleMs);
  take();
  await show(failedService('a'), failedService('b'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
  await show(aService('a'), failedService('b'));
  await clock.advance(settleMs / 2);
  await show(aService('a'), aService('b'));
  await clock.advance(settleMs);
  expect(take()).toEqual(['a and b are up again | localhost:5432, localhost:5432']);
});

test('different causes at the same time are one notification with the number of forwards', async () => {
  const { clock, show, take } = setUp();
  const two = [failedService('a', 'forbidden'), failedService('b', 'context-missing')];
  await show(...two);
  await clock.advance(settleMs);
  expect(take()).toEqual(['2 forwards need attention | a and b']);
  const four = ['auth-failed', 'port-forbidden', 'variable-unset', 'host-key-changed'] as const;
  await show(...two, ...four.map((code) => failedService(code, code)));
  await clock.advance(settleMs);
  expect(take()).toEqual([
    '4 forwards need attention | auth-failed, port-forbidden, variable-unset and 1 more',
  ]);
});

test('a notification is withdrawn once everything it reported is fixed', async () => {
  const { clock, show, withdrawn } = setUp();
  const two = [failedService('a', 'forbidden'), failedService('b', 'context-missing')];
  await show(...two);
  await clock.advance(settleMs);
  await show(aService('a'), two[1]!);
  await clock.advance(quietMs);
  expect(withdrawn).toEqual([]);
  await show(aService('a'), aService('b'));
  await clock.advance(settleMs);
  expect(withdrawn).toEqual(['2 forwards need attention']);
});

test('nothing is announced while the popover is open, nor afterwards', async () => {
  let isOpen = true;
  const { clock, show, take } = setUp(undefined, () => isOpen);
  await show(failedService('a'));
  await clock.advance(settleMs);
  isOpen = false;
  await clock.advance(quietMs);
  await show(failedService('a'));
  expect(take()).toEqual([]);
});

test('a config with several invalid entries is one notification', async () => {
  const { clock, notifier, take, withdrawn } = setUp();
  const services = [
    failedService('a', 'config-invalid'),
    failedService('b', 'config-invalid'),
    aService('c'),
  ];
  const healthy = aSnapshot(aService('a'), aService('b'), aService('c'));
  const problems = [41, 47].map((line) => ({
    severity: 'error' as const,
    path: `services[${line}]`,
    service: 'warehouse',
    line,
    message: 'is wrong',
  }));
  const broken = {
    ...aSnapshot(...services),
    config: { ...healthy.config, status: 'partial' as const, problems },
  };
  notifier.update(broken);
  await clock.advance(settleMs);
  notifier.update(broken);
  await clock.advance(quietMs);
  expect(take()).toEqual([
    'The config has 2 errors | Line 41: warehouse: is wrong. The other services are not affected',
  ]);
  notifier.update(healthy);
  await clock.advance(settleMs);
  expect([take(), withdrawn]).toEqual([[], ['The config has 2 errors']]);
});

test('a forward that is turned off or removed is forgotten silently', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'), failedService('b'));
  await clock.advance(settleMs);
  take();
  await show(offService('a'));
  await clock.advance(quietMs);
  await show(aService('a'), aService('b'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('a flapping forward causes at most one notification a minute', async () => {
  const { clock, show, take } = setUp();
  let said = 0;
  for (let second = 0; second < 300; second += 5) {
    await show(second % 10 === 0 ? failedService('a') : aService('a'));
    await clock.advance(5_000);
    said += take().filter((line) => line.startsWith('Signed out')).length;
  }
  expect(said).toBeGreaterThan(1);
  expect(said).toBeLessThanOrEqual(5);
});

test('a recovery that does not last is not announced', async () => {
  const { clock, show, take } = setUp();
  await show(failedService('a'));
  await clock.advance(settleMs);
  take();
  await show(aService('a'));
  await clock.advance(settleMs - 1);
  await show(failedService('a'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('turned off, it is silent; turned on again, it does not repeat old news', async () => {
  let isEnabled = false;
  const { clock, show, take } = setUp(() => isEnabled);
  await show(failedService('a'));
  await clock.advance(settleMs);
  isEnabled = true;
  await show(failedService('a'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('no timer is left after disposal', async () => {
  const { clock, notifier, show } = setUp();
  await show(failedService('a'));
  expect(clock.pendingTimers).toBe(1);
  notifier.dispose();
  expect(clock.pendingTimers).toBe(0);
});

const recheckedAfter = (ms: number): ServiceSnapshot => ({
  ...failedService('a', 'forbidden'),
  since: 1_000,
  nextRetryAt: 1_000 + ms,
});
const recheck: readonly ServiceSnapshot[] = [
  { ...failedService('a', 'forbidden'), phase: 'connecting' },
  { ...failedService('a', 'forbidden'), phase: 'up' },
];

test('a need waits for an upcoming check, and is not announced if the check passes', async () => {
  const { clock, show, take } = setUp();
  await show(recheckedAfter(5_000));
  await clock.advance(5_000);
  for (const step of recheck) await show(step);
  await show(aService('a'));
  await clock.advance(quietMs);
  expect(take()).toEqual([]);
});

test('a need that outlasts the next check is one notification, however often LocalPort checks again', async () => {
  const { clock, show, take } = setUp();
  for (const delayMs of [5_000, 30_000, 300_000, 300_000]) {
    await show(recheckedAfter(delayMs));
    await clock.advance(delayMs);
    for (const step of recheck) await show(step);
  }
  expect(take()).toHaveLength(1);
});

test('a need whose next check is far off is announced without delay', async () => {
  const { clock, show, take } = setUp();
  await show(recheckedAfter(60_000));
  await clock.advance(settleMs);
  expect(take()).toHaveLength(1);
});

test('tries that are used up and continue slowly are one notification', async () => {
  const { clock, show, take } = setUp();
  const facts = { ...retrying('a'), exhausted: true, attempt: 9 };
  for (let minute = 0; minute < 5; minute++) {
    for (const phase of ['retrying', 'connecting', 'up'] as const) {
      await show({ ...facts, phase });
      await clock.advance(20_000);
    }
  }
  expect(take()).toEqual(['The host cannot be reached | a: Check the network or the VPN']);
});

test.each([
  [false, ['bastion asks for a password | Needed by a, b: open LocalPort to answer']],
  [true, []],
])('a question is announced once and at once, unless the popover is visible: %s', async (isWatched, told) => {
  const { notifier, clock, take } = setUp(undefined, () => isWatched);
  const prompt = { id: '1', services: ['a', 'b'], asker: 'bastion', words: 'Password:', since: 0 } as const;
  const snapshot = {
    ...aSnapshot(),
    prompts: [{ ...prompt, kind: 'password', isRepeated: false } as const],
  };
  notifier.update(snapshot);
  notifier.update(snapshot);
  await clock.advance(settleMs);
  expect(take()).toEqual(told);
});
