import { describe, expect, it } from 'vitest';
import type { NetworkInterfaces } from './network-addresses.ts';
import { NetworkWatcher } from './network-watcher.ts';
import { interfaceNamed, linkLocal, loopback, wifi } from './testing/interfaces.ts';

function watch(initial: NetworkInterfaces) {
  const state = { interfaces: initial, changes: 0 };
  const watcher = new NetworkWatcher(
    () => state.interfaces,
    () => (state.changes += 1),
  );
  return { state, watcher };
}

describe('NetworkWatcher', () => {
  it.each([
    ['joined', loopback, wifi('10.0.0.4')],
    ['left', wifi('10.0.0.4'), loopback],
    ['changed', wifi('10.0.0.4'), wifi('192.168.1.7')],
  ])('tells once that a network was %s', (_, before, after) => {
    const { state, watcher } = watch(before);
    watcher.tick();
    expect(state.changes).toBe(0);
    state.interfaces = after;
    watcher.tick();
    watcher.tick();
    expect(state.changes).toBe(1);
  });

  it('ignores loopback and link-local addresses', () => {
    const { state, watcher } = watch({});
    state.interfaces = { ...loopback, ...linkLocal };
    watcher.tick();
    expect(state.changes).toBe(0);
    expect(watcher.hadNetwork).toBe(false);
  });

  it('hears a VPN that connects, and no container that starts', () => {
    const { state, watcher } = watch(wifi('10.0.0.4'));
    state.interfaces = { ...wifi('10.0.0.4'), ...interfaceNamed('br-3f2a9c41d07e', '172.18.0.1') };
    watcher.tick();
    expect(state.changes).toBe(0);
    state.interfaces = { ...state.interfaces, ...interfaceNamed('utun4') };
    watcher.tick();
    expect(state.changes).toBe(1);
  });

  it('tells nothing of a change that was accepted', () => {
    const { state, watcher } = watch(loopback);
    state.interfaces = wifi('10.0.0.4');
    expect(watcher.accept()).toBe(true);
    watcher.tick();
    expect(state.changes).toBe(0);
    expect(watcher.hadNetwork).toBe(true);
  });
});
