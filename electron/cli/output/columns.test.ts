import { describe, expect, it } from 'vitest';
import { alignColumns } from './columns.ts';

describe('columns', () => {
  it('are as wide as their widest cell, and leave no blanks at the end of a line', () => {
    const rows = [
      [{ text: 'NAME' }, { text: 'N', align: 'right' }, { text: 'WHY' }],
      [{ text: 'db' }, { text: '12', align: 'right' }, { text: '' }],
    ] as const;
    expect(alignColumns(rows)).toEqual(['NAME   N  WHY', 'db    12']);
  });

  it('count what a reader sees, and neither colours nor parts of a character', () => {
    const rows = [
      [{ text: 'a', paint: (text: string) => `\u001b[1m${text}\u001b[22m` }, { text: '|' }],
      [{ text: 'e\u0301é' }, { text: '|' }],
    ];
    expect(alignColumns(rows)).toEqual(['\u001b[1ma\u001b[22m   |', 'e\u0301é  |']);
  });
});
