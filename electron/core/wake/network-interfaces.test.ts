import { expect, it } from 'vitest';
import { steadyInterfaces } from './network-interfaces.ts';
import { wifi } from './testing/interfaces.ts';

it('keeps the known interfaces while the system cannot list them', () => {
  let answer: ReturnType<typeof wifi> | null = wifi('10.0.0.4');
  const interfaces = steadyInterfaces(() => {
    if (answer === null) throw new Error('Unknown system error 24, uv_interface_addresses');
    return answer;
  });
  expect(interfaces()).toEqual(wifi('10.0.0.4'));
  answer = null;
  expect(interfaces()).toEqual(wifi('10.0.0.4'));
  answer = wifi('192.168.1.7');
  expect(interfaces()).toEqual(wifi('192.168.1.7'));
});
