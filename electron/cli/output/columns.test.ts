import { describe, expect, it } from 'vitest';
import { alignColumns, fitColumns } from './columns.ts';

describe('columns', () => {
  it('are as wide as their widest cell, without trailing spaces', () => {
    const rows = [
      [{ text: 'NAME' }, { text: 'N', align: 'right' }, { text: 'WHY' }],
      [{ text: 'db' }, { text: '12', align: 'right' }, { text: '' }],
    ] as const;
    expect(alignColumns(rows)).toEqual(['NAME   N  WHY', 'db    12']);
  });

  it('count what a reader sees, neither colors nor parts of a character', () => {
    const rows = [
      [{ text: 'a', paint: (text: string) => `\u001b[1m${text}\u001b[22m` }, { text: '|' }],
      [{ text: 'e\u0301é' }, { text: '|' }],
    ];
    expect(alignColumns(rows)).toEqual(['\u001b[1ma\u001b[22m   |', 'e\u0301é  |']);
  });

  it('are narrowed for a narrow terminal in the given order, and no further than needed', () => {
    const rows = [
      [{ text: 'NAME' }, { text: 'REMOTE' }, { text: 'IN' }],
      [{ text: 'warehouse' }, { text: 'bastion → db:5432' }, { text: '12' }],
    ];
    const fit = (width: number): readonly string[] =>
      alignColumns(
        fitColumns(rows, width, [
          { kind: 'leave-out', column: 2 },
          { kind: 'shorten', column: 1, atLeast: 8 },
          { kind: 'shorten', column: 0, atLeast: 4 },
        ]),
      );
    expect(fit(32)).toEqual(['NAME       REMOTE             IN', 'warehouse  bastion → db:5432  12']);
    expect(fit(31)).toEqual(['NAME       REMOTE', 'warehouse  bastion → db:5432']);
    expect(fit(20)).toEqual(['NAME       REMOTE', 'warehouse  bastion …']);
    expect(fit(16)).toEqual(['NAME    REMOTE', 'wareh…  bastion…']);
    expect(fit(3)).toEqual(['NAME  REMOTE', 'war…  bastion…']);
  });
});
