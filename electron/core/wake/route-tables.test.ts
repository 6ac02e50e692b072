import { describe, expect, it } from 'vitest';
import { defaultGateway4, defaultGateway6 } from './route-tables.ts';

const head4 = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const row4 = (name: string, destination: string, rest: string): string =>
  `${name}\t${destination}\t${rest}\t0\t0\t0\n`;
const zeros = '0'.repeat(32);
const gateway6 = 'fe80000000000000000000000000abcd';

describe('the default route', () => {
  it.each([
    ['none', head4, null],
    ['only of a network', head4 + row4('eth0', '0001A8C0', '00000000\t0001\t0\t0\t0\t00FFFFFF'), null],
    [
      'the one with the least metric',
      head4 +
        row4('wlan0', '00000000', '0101A8C0\t0003\t0\t0\t600\t00000000') +
        row4('eth0', '00000000', '0100000A\t0003\t0\t0\t100\t00000000'),
      'eth0 0100000A',
    ],
    [
      'none that rejects, none that is half the world',
      head4 +
        row4('*', '00000000', '00000000\t0201\t0\t0\t0\t00000000') +
        row4('tun0', '00000000', '0100080A\t0003\t0\t0\t0\t00000080'),
      null,
    ],
  ])('of IPv4: %s', (_, table, expected) => {
    expect(defaultGateway4(table)).toBe(expected);
  });

  it.each([
    ['none', '', null],
    [
      'none that rejects',
      `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo\n`,
      null,
    ],
    [
      'a gateway',
      `${gateway6} 80 ${zeros} 00 ${zeros} 00000000 00000001 00000000 00000001     eth0\n` +
        `${zeros} 00 ${zeros} 00 ${gateway6} 00000400 00000001 00000000 00450003     eth0\n`,
      `eth0 ${gateway6}`,
    ],
    [
      'the first of two that are alike, in whatever order they stand',
      `${zeros} 00 ${zeros} 00 ${gateway6} 00000400 00000001 00000000 00450003     eth1\n` +
        `${zeros} 00 ${zeros} 00 ${gateway6} 00000400 00000001 00000000 00450003     eth0\n`,
      `eth0 ${gateway6}`,
    ],
  ])('of IPv6: %s', (_, table, expected) => {
    expect(defaultGateway6(table)).toBe(expected);
  });
});
