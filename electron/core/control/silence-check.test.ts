import { expect, it } from 'vitest';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { quietMs, SilenceCheck } from './silence-check.ts';

it.each([
  ['is over if the host does not answer', false],
  ['goes on if the host was heard meanwhile', true],
] as const)('a quiet stream %s', async (_, isHeard) => {
  const clock = new FakeClock();
  let giveUp: () => void = () => undefined;
  let isSilent = false;
  const check = new SilenceCheck({
    clock,
    answers: () => new Promise((resolve) => (giveUp = () => resolve(false))),
    onSilent: () => (isSilent = true),
  });
  await clock.advance(quietMs);
  if (isHeard) check.heard();
  giveUp();
  await settle();
  expect(isSilent).toBe(!isHeard);
  check.close();
  expect(clock.pendingTimers).toBe(0);
});
