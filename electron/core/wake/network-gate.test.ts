import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { waitForNetwork } from './network-gate.ts';

function begin(isConnected = false) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const state = { isConnected, looks: 0, outcome: 'waiting' };
  void waitForNetwork({
    clock,
    isConnected: () => {
      state.looks += 1;
      return Promise.resolve(state.isConnected);
    },
    signal: controller.signal,
  }).then((isThere) => (state.outcome = `${String(isThere)} after ${clock.now()} ms`));
  return { clock, controller, state };
}

describe('waitForNetwork', () => {
  it('resolves at once if there is a network', async () => {
    const { clock, state } = begin(true);
    await clock.advance(0);
    expect(state.outcome).toBe('true after 0 ms');
  });

  it('polls until there is one, and leaves no timer', async () => {
    const { clock, state } = begin();
    await clock.advance(1100);
    expect(state.outcome).toBe('waiting');
    state.isConnected = true;
    await clock.advance(1000);
    expect(state.outcome).toBe('true after 1250 ms');
    expect(state.looks).toBe(6);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits for hours, polling less often', async () => {
    const { clock, state } = begin();
    await clock.advance(15_000);
    state.looks = 0;
    await clock.advance(3_600_000);
    expect(state).toMatchObject({ outcome: 'waiting', looks: 1800 });
    state.isConnected = true;
    await clock.advance(2_000);
    expect(state.outcome).toMatch(/^true/);
  });

  it('ends when it is canceled', async () => {
    const { clock, controller, state } = begin();
    await clock.advance(300);
    controller.abort();
    await clock.advance(0);
    expect(state.outcome).toBe('false after 300 ms');
    expect(clock.pendingTimers).toBe(0);
  });
});
