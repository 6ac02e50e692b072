import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { NetworkInterfaces } from './network-addresses.ts';
import { waitForNetwork } from './network-gate.ts';
import { linkLocal, loopback, wifi } from './testing/interfaces.ts';

function begin(options: { interfaces?: NetworkInterfaces; hadNetwork?: boolean } = {}) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const state = { interfaces: options.interfaces ?? loopback, reads: 0, outcome: 'waiting' };
  void waitForNetwork({
    clock,
    interfaces: () => {
      state.reads += 1;
      return state.interfaces;
    },
    hadNetwork: options.hadNetwork ?? true,
    timeoutMs: 5000,
    signal: controller.signal,
  }).then((outcome) => (state.outcome = `${outcome} after ${clock.now()} ms`));
  return { clock, controller, state };
}

describe('waitForNetwork', () => {
  it('is online at once where there is a network', async () => {
    const { clock, state } = begin({ interfaces: { ...loopback, ...wifi('10.0.0.4') } });
    await clock.advance(0);
    expect(state.outcome).toBe('online after 0 ms');
  });

  it('is online at once on a computer that had none before', async () => {
    const { clock, state } = begin({ hadNetwork: false });
    await clock.advance(0);
    expect(state.outcome).toBe('online after 0 ms');
  });

  it('polls until an address appears, and leaves no timer', async () => {
    const { clock, state } = begin({ interfaces: linkLocal });
    await clock.advance(1100);
    expect(state.outcome).toBe('waiting');
    state.interfaces = wifi('10.0.0.4');
    await clock.advance(1000);
    expect(state.outcome).toBe('online after 1250 ms');
    expect(state.reads).toBe(6);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up after the timeout', async () => {
    const { clock, state } = begin();
    await clock.advance(10_000);
    expect(state.outcome).toBe('gave-up after 5000 ms');
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up when it is cancelled', async () => {
    const { clock, controller, state } = begin();
    await clock.advance(300);
    controller.abort();
    await clock.advance(0);
    expect(state.outcome).toBe('gave-up after 300 ms');
    expect(clock.pendingTimers).toBe(0);
  });
});
