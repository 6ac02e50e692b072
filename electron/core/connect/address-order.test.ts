import { describe, expect, it } from 'vitest';
import { orderAddresses } from './address-order.ts';

const order = (addresses: string, maxAddresses = 10): string =>
  orderAddresses(addresses.split(' ').filter(Boolean), maxAddresses).join(' ');

describe('the addresses of a name', () => {
  it.each([
    ['a lone address', '10.0.0.1', '10.0.0.1'],
    ['no address', '', ''],
    ['one family', '10.0.0.2 10.0.0.1 10.0.0.3', '10.0.0.2 10.0.0.1 10.0.0.3'],
    ['IPv6 first', '::1 ::2 10.0.0.1 10.0.0.2', '::1 10.0.0.1 ::2 10.0.0.2'],
    ['IPv4 first', '10.0.0.1 10.0.0.2 10.0.0.3 ::1', '10.0.0.1 ::1 10.0.0.2 10.0.0.3'],
    ['one of the first family', '::1 10.0.0.1 10.0.0.2', '::1 10.0.0.1 10.0.0.2'],
    ['mixed families', '10.0.0.1 ::1 10.0.0.2 ::2', '10.0.0.1 ::1 10.0.0.2 ::2'],
    ['repeated addresses', '10.0.0.1 10.0.0.1 ::1 ::1', '10.0.0.1 ::1'],
  ])('are tried in turn by family: %s', (_, addresses, expected) => {
    expect(order(addresses)).toBe(expected);
  });

  it('are limited in number but still include both families', () => {
    expect(order('::1 ::2 ::3 ::4 10.0.0.1 10.0.0.2', 3)).toBe('::1 10.0.0.1 ::2');
  });
});
