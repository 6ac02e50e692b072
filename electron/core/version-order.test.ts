import { describe, expect, it } from 'vitest';
import { isOlderVersion } from './version-order.ts';

describe('a version', () => {
  it.each([
    ['1.0.0', '1.0.1', true],
    ['1.9.0', '1.10.0', true],
    ['1.2.3', '2.0.0', true],
    ['1.0.0-beta.1', '1.0.0', true],
    ['1.0.0', '1.0.0', false],
    ['1.0.0+7', '1.0.0', false],
    ['2.0.0', '1.9.9', false],
    ['1.0.0', '1.0.0-beta.1', false],
    ['of somebody', '1.0.0', false],
  ])('%s is older than %s: %s', (version, than, expected) => {
    expect(isOlderVersion(version, than)).toBe(expected);
  });
});
