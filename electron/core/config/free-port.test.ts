import { expect, it } from 'vitest';
import { portFinder, type PortSystem } from './free-port.ts';

/** All ports can be bound on 127.0.0.1, except 5001, on neither stack; AirPlay listens on the wildcard address at 5000. */
const withAirPlay = (platform: NodeJS.Platform): PortSystem => ({
  platform,
  canBind: (_, port) => Promise.resolve(port !== 5001),
  isAnswered: (port) => Promise.resolve(port === 5000),
});

it('skips ports on macOS that can be bound although another program answers there', async () => {
  const find = portFinder(withAirPlay('darwin'));
  expect([await find(5000, 1), await find(5000, 2), await find(5000, 3)]).toEqual([null, null, 5002]);
});

it('does not connect on other systems, which refuse to bind such a port', async () => {
  const system = withAirPlay('linux');
  const find = portFinder({ ...system, isAnswered: () => Promise.reject(new Error('asked')) });
  expect(await find(5000, 1)).toBe(5000);
});
