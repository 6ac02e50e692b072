import { beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { IconPresses, sameGestureMs } from './icon-presses.ts';

let clock: FakeClock;
let presses: IconPresses;

beforeEach(() => {
  clock = new FakeClock();
  presses = new IconPresses(clock);
});

test('a click on the icon of a popover that was hidden long ago opens it', async () => {
  presses.hiddenByBlur();
  await clock.advance(sameGestureMs);
  presses.pressed();
  expect(presses.clickHasHidden()).toBe(false);
});

test('the press that takes the focus away only closes it, however long the button is held down', async () => {
  presses.pressed();
  await clock.advance(1);
  presses.hiddenByBlur();
  await clock.advance(3_000);
  expect(presses.clickHasHidden()).toBe(true);
});

test('so does a press that is reported after the loss of focus', async () => {
  presses.hiddenByBlur();
  await clock.advance(5);
  presses.pressed();
  await clock.advance(3_000);
  expect(presses.clickHasHidden()).toBe(true);
});

test('the next click opens it again', async () => {
  presses.pressed();
  presses.hiddenByBlur();
  await clock.advance(3_000);
  presses.clickHasHidden();
  presses.pressed();
  expect(presses.clickHasHidden()).toBe(false);
});

test('where no press is reported, the click counts', async () => {
  presses.hiddenByBlur();
  await clock.advance(sameGestureMs - 1);
  expect(presses.clickHasHidden()).toBe(true);
  await clock.advance(1);
  expect(presses.clickHasHidden()).toBe(false);
});
