import { expect, it } from 'vitest';
import { assertFitsSockets, tunnelFile } from './private-path.ts';

it('gives each tunnel its own short paths, whatever the service is called', () => {
  const odd = tunnelFile('/run/lp', '../../etc/a service with a very long name/#1', 'sock');
  expect(odd).toMatch(/^\/run\/lp\/[0-9a-f]{12}\.sock$/);
  expect(tunnelFile('/run/lp', 'a#1', 'sock')).toBe(tunnelFile('/run/lp', 'a#1', 'sock'));
  expect(tunnelFile('/run/lp', 'a#1', 'sock')).not.toBe(tunnelFile('/run/lp', 'a#2', 'sock'));
});

it('rejects a directory whose sockets could not be bound', () => {
  const longest = `/${'d'.repeat(74)}`;
  expect(() => assertFitsSockets(longest)).not.toThrow();
  expect(() => assertFitsSockets(`${longest}d`)).toThrow(
    '87 bytes including the socket name; the limit is 86',
  );
});
