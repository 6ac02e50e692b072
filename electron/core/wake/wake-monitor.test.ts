import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { NetworkInterfaces } from './network-addresses.ts';
import { loopback, wifi } from './testing/interfaces.ts';
import { WakeMonitor } from './wake-monitor.ts';

const hour = 3_600_000;

const started: WakeMonitor[] = [];
afterEach(() => {
  for (const monitor of started.splice(0)) monitor.close();
});

function start(interfaces: NetworkInterfaces = wifi('10.0.0.4')) {
  const clock = new FakeClock();
  const state = { interfaces };
  const heard: string[] = [];
  const monitor = new WakeMonitor({
    clock,
    interfaces: () => state.interfaces,
    log: silentLogger,
    networkTimeoutMs: 5000,
    listener: {
      onSuspended: () => heard.push('suspended'),
      onRecover: (network) => heard.push(`recover ${network}`),
      onNetworkChanged: () => heard.push('network changed'),
    },
  });
  started.push(monitor);
  return { clock, state, heard, monitor };
}

describe('WakeMonitor', () => {
  it('recovers once from events that come twice', async () => {
    const { clock, heard, monitor } = start();
    monitor.suspend();
    monitor.suspend();
    clock.jumpWall(hour);
    monitor.resume();
    monitor.resume();
    await clock.advance(60_000);
    expect(heard).toEqual(['suspended', 'recover online']);
  });

  it('recovers from a sleep without events within one tick', async () => {
    const { clock, heard } = start();
    await clock.advance(15_000);
    clock.jumpWall(hour);
    await clock.advance(5000);
    expect(heard).toEqual(['suspended', 'recover online']);
  });

  it('waits for the network before it recovers, and does not tell of the change besides', async () => {
    const { clock, state, heard, monitor } = start();
    monitor.suspend();
    state.interfaces = loopback;
    monitor.resume();
    await clock.advance(2000);
    expect(heard).toEqual(['suspended']);
    state.interfaces = wifi('192.168.1.7');
    await clock.advance(60_000);
    expect(heard).toEqual(['suspended', 'recover online']);
  });

  it('tells of a network that came back, not of its loss', async () => {
    const { clock, state, heard } = start();
    state.interfaces = loopback;
    await clock.advance(20_000);
    expect(heard).toEqual([]);
    state.interfaces = wifi('10.0.0.4');
    await clock.advance(20_000);
    expect(heard).toEqual(['network changed']);
  });

  it('recovers without a network when none comes, and tells when one does', async () => {
    const { clock, state, heard, monitor } = start();
    monitor.suspend();
    state.interfaces = loopback;
    monitor.resume();
    await clock.advance(5000);
    expect(heard).toEqual(['suspended', 'recover gave-up']);
    state.interfaces = wifi('192.168.1.7');
    await clock.advance(10_000);
    expect(heard).toEqual(['suspended', 'recover gave-up', 'network changed']);
  });

  it('does not recover from a wake that ends in another sleep before the network is there', async () => {
    const { clock, state, heard, monitor } = start();
    monitor.suspend();
    state.interfaces = loopback;
    monitor.resume();
    await clock.advance(3000);
    monitor.suspend();
    clock.jumpWall(hour);
    monitor.resume();
    state.interfaces = wifi('192.168.1.7');
    await clock.advance(60_000);
    expect(heard).toEqual(['suspended', 'suspended', 'recover online']);
  });

  it('tells nothing of the network in a dark wake', async () => {
    const { clock, state, heard, monitor } = start();
    monitor.suspend();
    state.interfaces = loopback;
    await clock.advance(30_000);
    expect(heard).toEqual(['suspended']);
  });

  it('has one timer while nothing happens and none when closed', async () => {
    const { clock, heard, monitor } = start();
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(1);
    monitor.close();
    expect(clock.pendingTimers).toBe(0);
    monitor.suspend();
    monitor.resume();
    await clock.advance(60_000);
    expect(heard).toEqual([]);
  });

  it('recovers exactly once after the last of any sequence of events', async () => {
    const step = fc.oneof(
      fc.constantFrom('suspend', 'resume', 'offline', 'online'),
      fc.record({ run: fc.integer({ min: 0, max: 30_000 }) }),
      fc.record({ wall: fc.integer({ min: -hour, max: hour }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { clock, state, heard, monitor } = start();
        for (const step of steps) {
          if (step === 'suspend') monitor.suspend();
          else if (step === 'resume') monitor.resume();
          else if (step === 'offline') state.interfaces = loopback;
          else if (step === 'online') state.interfaces = wifi('10.0.0.4');
          else if ('run' in step) await clock.advance(step.run);
          else clock.jumpWall(step.wall);
        }
        await clock.advance(200_000);
        monitor.close();
        const story = heard.filter((line) => line !== 'network changed').join(', ');
        expect(story).toMatch(/^((suspended, )*suspended, recover (online|gave-up)(, |$))*$/);
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
