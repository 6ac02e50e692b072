import { describe, expect, it } from 'vitest';
import { NewerStateError, upToDate, type Upgrade } from './state-version.ts';

const upgrades: readonly Upgrade[] = [
  (content) => ({ ...content, version: 1, added: true }),
  ({ added, ...content }) => ({ ...content, version: 2, renamed: added }),
];

describe('the content of a state file', () => {
  it.each([
    [{ kept: 1 }, { version: 2, kept: 1, renamed: true }],
    [
      { version: 1, kept: 1, added: false },
      { version: 2, kept: 1, renamed: false },
    ],
    [
      { version: 2, renamed: false },
      { version: 2, renamed: false },
    ],
    ['no object', 'no object'],
    [null, null],
    [[1], [1]],
  ])('%j becomes %j', (content, expected) => {
    expect(upToDate(content, upgrades)).toEqual(expected);
  });

  it('of a newer version is refused', () => {
    expect(() => upToDate({ version: 3 }, upgrades)).toThrow(NewerStateError);
  });
});
