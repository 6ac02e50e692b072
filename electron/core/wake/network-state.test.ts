import { describe, expect, it } from 'vitest';
import { hasMoved, isConnected, isSameNetwork, noNetwork, type NetworkState } from './network-state.ts';

const at = (source: string, gateway: string | null = 'eth0 c0a80101'): NetworkState['ipv4'] => ({
  source,
  gateway,
});
const home: NetworkState = {
  ipv4: at('192.168.1.7'),
  ipv6: at('2001:db8:1:2:aaaa::7', 'eth0 fe80::1'),
  addresses: ['eth0 192.168.1.7/24'],
};
const isolated: NetworkState = { ...noNetwork, addresses: ['eth1 10.9.0.2/24', 'eth1 fd00:1::5/64'] };

describe('a change of the network', () => {
  it.each<[string, NetworkState, NetworkState, 'same' | 'changed' | 'moved']>([
    ['nothing', home, home, 'same'],
    [
      'a container, and an interface beside',
      home,
      { ...home, addresses: [...home.addresses, 'lxdbr7 10.1.0.1/24', 'wg0 10.8.0.2/32'] },
      'same',
    ],
    [
      'another privacy address in the same /64',
      home,
      { ...home, ipv6: at('2001:DB8:1:2:bbbb:1:2:3', 'eth0 fe80::1') },
      'same',
    ],
    [
      'another interface with the same prefix, as macOS tells it',
      { ...noNetwork, ipv6: at('2001:db8:1:2::7', 'en0') },
      { ...noNetwork, ipv6: at('2001:db8:1:2::9', 'en7') },
      'moved',
    ],
    ['another prefix', home, { ...home, ipv6: at('2001:db8:1:3::7', 'eth0 fe80::1') }, 'moved'],
    ['another address', home, { ...home, ipv4: at('192.168.1.8') }, 'moved'],
    ['another gateway', home, { ...home, ipv4: at('192.168.1.7', 'wlan0 c0a80101') }, 'moved'],
    ['IPv6 that goes', home, { ...home, ipv6: null }, 'changed'],
    ['IPv6 that comes', { ...home, ipv6: null }, home, 'changed'],
    ['no network any more', home, noNetwork, 'moved'],
    ['a first network', noNetwork, home, 'moved'],
    ['a network without a gateway after one with', home, isolated, 'moved'],
    ['the gateway alone that goes', home, { ...noNetwork, addresses: ['eth0 192.168.1.7/24'] }, 'changed'],
    [
      'another address without any gateway',
      isolated,
      { ...isolated, addresses: ['eth1 10.9.0.3/24'] },
      'moved',
    ],
    [
      'another privacy address without any gateway',
      isolated,
      { ...isolated, addresses: ['eth1 10.9.0.2/24', 'eth1 fd00:1::6/64'] },
      'same',
    ],
  ])('%s', (_, before, after, expected) => {
    const moved = hasMoved(before, after) ? 'moved' : 'changed';
    expect(isSameNetwork(before, after) ? 'same' : moved).toBe(expected);
  });

  it('cannot happen without any network', () => {
    expect([noNetwork, home, isolated].map(isConnected)).toEqual([false, true, true]);
  });

  it.each([
    ['::1', '::2', true],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::9', true],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1::2', true],
    ['64:ff9b::192.0.2.1', '64:ff9b::192.0.2.2', true],
    ['2001:db8::', '2001:db8:0:1::', false],
  ])('compares %s and %s by their first 64 bits', (a, b, same) => {
    const [before, after] = [a, b].map((source) => ({ ...noNetwork, ipv6: at(source, null) }));
    expect(isSameNetwork(before!, after!)).toBe(same);
  });
});
