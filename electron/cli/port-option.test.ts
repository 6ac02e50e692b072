import { describe, expect, it } from 'vitest';
import { readPort } from './port-option.ts';

describe('--port', () => {
  it.each([
    ['auto', 'auto'],
    ['1', 1],
    ['13002', 13_002],
    ['65535', 65_535],
  ])('%s is %s', (text, port) => {
    expect(readPort(text)).toBe(port);
  });

  it.each([
    ['0', '--port: 0 is not between 1 and 65535'],
    ['70000', '--port: 70000 is not between 1 and 65535'],
    ['-1', '--port: found "-1", expected a port number or auto'],
    ['80a', '--port: found "80a", expected a port number or auto'],
    ['', '--port: found "", expected a port number or auto'],
    ['AUTO', '--port: found "AUTO", expected a port number or auto'],
  ])('%s is refused', (text, message) => {
    expect(() => readPort(text)).toThrow(message);
  });
});
