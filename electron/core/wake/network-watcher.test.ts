import { describe, expect, it } from 'vitest';
import { noNetwork, type NetworkState } from './network-state.ts';
import { NetworkWatcher } from './network-watcher.ts';
import { besides, networkAt } from './testing/network-states.ts';

const office = networkAt('10.0.0.4');

async function watch(initial: NetworkState) {
  const world = { state: initial, isReadable: true, changes: [] as string[] };
  const watcher = new NetworkWatcher({
    read: () => (world.isReadable ? Promise.resolve(world.state) : Promise.reject(new Error('EMFILE'))),
    onChanged: ({ isConnected, hasMoved }) =>
      world.changes.push(`${isConnected ? 'online' : 'offline'}${hasMoved ? ', moved' : ''}`),
  });
  await watcher.accept();
  const tick = (isWanted = true): Promise<void> => watcher.tick(() => isWanted);
  return { world, watcher, tick };
}

describe('NetworkWatcher', () => {
  it.each([
    ['joined', noNetwork, office, ['online']],
    ['left', office, noNetwork, ['offline']],
    ['changed', office, networkAt('192.168.1.7'), ['online, moved']],
    ['joined by a container', office, besides(office, 'docker9 172.18.0.1/16'), []],
  ])('reports once that a network was %s', async (_, before, after, expected) => {
    const { world, tick } = await watch(before);
    await tick();
    expect(world.changes).toEqual([]);
    world.state = after;
    await tick();
    await tick();
    expect(world.changes).toEqual(expected);
  });

  it.each([
    ['the same network', office, ['offline', 'online']],
    ['another one', networkAt('192.168.1.7'), ['offline', 'online, moved']],
  ])('distinguishes a network that was lost from %s that came after it', async (_, after, expected) => {
    const { world, tick } = await watch(office);
    world.state = noNetwork;
    await tick();
    world.state = after;
    await tick();
    expect(world.changes).toEqual(expected);
  });

  it('does not take an address family that comes up later in a new network for another move', async () => {
    const ipv6 = (source: string) => ({ source, gateway: null });
    const { world, tick } = await watch({ ...office, ipv6: ipv6('2001:db8:1::4') });
    world.state = networkAt('192.168.1.7');
    await tick();
    world.state = { ...world.state, ipv6: ipv6('2001:db8:2::7') };
    await tick();
    expect(world.changes).toEqual(['online, moved', 'online']);
  });

  it('does not report an accepted change, but returns whether it was a move', async () => {
    const { world, watcher, tick } = await watch(noNetwork);
    expect(watcher.everHadNetwork).toBe(false);
    world.state = office;
    expect(await watcher.accept()).toBe(false);
    await tick();
    expect([world.changes, watcher.everHadNetwork]).toEqual([[], true]);
    world.state = networkAt('10.0.0.5');
    expect(await watcher.accept()).toBe(true);
  });

  it('keeps the known network when the system cannot be asked', async () => {
    const { world, watcher, tick } = await watch(office);
    world.isReadable = false;
    world.state = noNetwork;
    await tick();
    expect([world.changes, await watcher.isConnected()]).toEqual([[], true]);
  });

  it('reports nothing if that is no longer wanted after the reading', async () => {
    const { world, tick } = await watch(office);
    world.state = networkAt('192.168.1.7');
    await tick(false);
    expect(world.changes).toEqual([]);
    await tick();
    expect(world.changes).toEqual(['online, moved']);
  });
});
