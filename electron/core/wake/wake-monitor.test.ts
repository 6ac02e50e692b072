import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { noNetwork, type NetworkState } from './network-state.ts';
import { besides, networkAt } from './testing/network-states.ts';
import { WakeMonitor } from './wake-monitor.ts';

const hour = 3_600_000;
const office = networkAt('10.0.0.4');
const home = networkAt('192.168.1.7');

const names = { suspended: 'suspended', recovered: 'recover', 'network-changed': 'network changed' } as const;

const started: WakeMonitor[] = [];
afterEach(() => {
  for (const monitor of started.splice(0)) monitor.close();
});

async function start(initial: NetworkState = office) {
  const clock = new FakeClock();
  const state = { network: initial };
  const heard: string[] = [];
  const monitor = new WakeMonitor({
    clock,
    readNetwork: () => Promise.resolve(state.network),
    log: silentLogger,
    onEvent: (event) => {
      const isCertain = event.kind === 'suspended' || event.certain;
      heard.push(isCertain ? names[event.kind] : `${names[event.kind]}, perhaps`);
    },
  });
  started.push(monitor);
  await clock.advance(0);
  return { clock, state, heard, monitor };
}

describe('WakeMonitor', () => {
  it('recovers once from events that come twice', async () => {
    const { clock, heard, monitor } = await start();
    monitor.suspend();
    monitor.suspend();
    clock.sleep(hour);
    monitor.resume();
    monitor.resume();
    await clock.advance(60_000);
    expect(heard).toEqual(['suspended', 'recover']);
  });

  it('recovers from a sleep without events within one tick', async () => {
    const { clock, heard } = await start();
    await clock.advance(15_000);
    clock.sleep(hour);
    await clock.advance(5000);
    expect(heard).toEqual(['suspended', 'recover']);
  });

  it('ignores changes of the wall clock', async () => {
    const { clock, heard } = await start();
    await clock.advance(15_000);
    clock.setWall(9 * hour);
    await clock.advance(60_000);
    clock.setWall(-hour);
    await clock.advance(60_000);
    expect(heard).toEqual([]);
  });

  it('waits for the network before it recovers, and does not report the change separately', async () => {
    const { clock, state, heard, monitor } = await start();
    monitor.suspend();
    state.network = noNetwork;
    monitor.resume();
    await clock.advance(2000);
    expect(heard).toEqual(['suspended']);
    state.network = home;
    await clock.advance(60_000);
    expect(heard).toEqual(['suspended', 'recover']);
  });

  it('reports the return of a network, not its loss', async () => {
    const { clock, state, heard } = await start();
    state.network = noNetwork;
    await clock.advance(20_000);
    expect(heard).toEqual([]);
    state.network = office;
    await clock.advance(20_000);
    expect(heard).toEqual(['network changed, perhaps']);
    state.network = home;
    await clock.advance(20_000);
    expect(heard).toEqual(['network changed, perhaps', 'network changed']);
  });

  it('ignores containers, additional interfaces and privacy addresses', async () => {
    const { clock, state, heard } = await start({
      ...office,
      ipv6: { source: '2001:db8::1', gateway: null },
    });
    state.network = besides(state.network, 'br0 10.1.0.1/24', 'tap7 10.2.0.1/24');
    await clock.advance(20_000);
    state.network = { ...state.network, ipv6: { source: '2001:db8::99', gateway: null } };
    await clock.advance(20_000);
    expect(heard).toEqual([]);
  });

  it('recovers only when there is a network, however late it comes', async () => {
    const { clock, state, heard, monitor } = await start();
    monitor.suspend();
    state.network = noNetwork;
    monitor.resume();
    await clock.advance(hour);
    expect(heard).toEqual(['suspended']);
    state.network = home;
    await clock.advance(10_000);
    expect(heard).toEqual(['suspended', 'recover']);
  });

  it('also waits for a network that was lost before the sleep', async () => {
    const { clock, state, heard, monitor } = await start();
    state.network = noNetwork;
    await clock.advance(20_000);
    monitor.suspend();
    monitor.resume();
    await clock.advance(20_000);
    expect(heard).toEqual(['suspended']);
  });

  it('does not wait on a computer that has never had a network', async () => {
    const { clock, heard, monitor } = await start(noNetwork);
    monitor.suspend();
    monitor.resume();
    await clock.advance(0);
    expect(heard).toEqual(['suspended', 'recover']);
  });

  it('does not recover from a wake that ends in another sleep before the network is there', async () => {
    const { clock, state, heard, monitor } = await start();
    monitor.suspend();
    state.network = noNetwork;
    monitor.resume();
    await clock.advance(3000);
    monitor.suspend();
    clock.sleep(hour);
    monitor.resume();
    state.network = home;
    await clock.advance(60_000);
    expect(heard).toEqual(['suspended', 'suspended', 'recover']);
  });

  it('reports no network changes in a dark wake', async () => {
    const { clock, state, heard, monitor } = await start();
    monitor.suspend();
    state.network = noNetwork;
    await clock.advance(30_000);
    expect(heard).toEqual(['suspended']);
  });

  it('has one timer while nothing happens and none when closed', async () => {
    const { clock, state, heard, monitor } = await start();
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(1);
    monitor.close();
    expect(clock.pendingTimers).toBe(0);
    monitor.suspend();
    monitor.resume();
    state.network = home;
    await clock.advance(60_000);
    expect(heard).toEqual([]);
  });

  it('recovers exactly once after the last of any sequence of events, and never without a network', async () => {
    const step = fc.oneof(
      fc.constantFrom('suspend', 'resume', 'offline', 'online'),
      fc.record({ run: fc.integer({ min: 0, max: 30_000 }) }),
      fc.record({ sleep: fc.integer({ min: 0, max: hour }) }),
      fc.record({ wall: fc.integer({ min: -hour, max: hour }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { clock, state, heard, monitor } = await start();
        for (const step of steps) {
          const before = heard.length;
          if (step === 'suspend') monitor.suspend();
          else if (step === 'resume') monitor.resume();
          else if (step === 'offline') state.network = noNetwork;
          else if (step === 'online') state.network = office;
          else if ('run' in step) await clock.advance(step.run);
          else if ('sleep' in step) clock.sleep(step.sleep);
          else clock.setWall(step.wall);
          if (state.network === noNetwork)
            expect(heard.slice(before).filter((line) => line !== 'suspended')).toEqual([]);
          // Let a reading from just before the change finish.
          await clock.advance(0);
        }
        state.network = office;
        await clock.advance(200_000);
        monitor.close();
        const story = heard.filter((line) => !line.startsWith('network changed')).join(', ');
        expect(story).toMatch(/^((suspended, )*suspended, recover(, perhaps)?(, |$))*$/);
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
