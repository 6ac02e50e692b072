import { describe, expect, it } from 'vitest';
import { isTransient } from './transient-place.ts';

describe('a folder from which macOS runs a program only temporarily', () => {
  it.each([
    ['/private/var/folders/ab/cd/T/AppTranslocation/1F2E/d/LocalPort.app/Contents/Resources/cli', true],
    ['/Volumes/LocalPort 1.0.0/LocalPort.app/Contents/Resources/cli', true],
    ['/Applications/LocalPort.app/Contents/Resources/cli', false],
    ['/Users/me/Volumes/localport/dist', false],
  ])('%s: %s', (place, expected) => {
    expect(isTransient(place)).toBe(expected);
  });
});
