import { describe, expect, it } from 'vitest';
import { plainPalette as palette } from './palette.ts';
import { WaitLine } from './wait-line.ts';

function written(terminal: { isTTY?: boolean; columns?: number }, options: { quiet?: true } = {}) {
  const parts: string[] = [];
  const stderr = { write: (text: string) => parts.push(text), ...terminal };
  const line = new WaitLine({ stderr, options: { color: false, ...options }, palette });
  line.show(['db', 'cache', 'web']);
  line.show(['db', 'cache', 'web']);
  line.show(['web']);
  line.clear();
  line.clear();
  return parts.map((text) => text.replaceAll('\u001b', '^'));
}

describe('the line that says who is waited for', () => {
  it('is drawn over itself when it changes, and taken away', () => {
    expect(written({ isTTY: true, columns: 80 })).toEqual([
      '\rwaiting for db and 2 more …^[K',
      '\rwaiting for web …^[K',
      '\r^[K',
    ]);
  });

  it('is cut to a narrow terminal, where it could not be drawn over otherwise', () => {
    expect(written({ isTTY: true, columns: 15 })[0]).toBe('\rwaiting for d…^[K');
  });

  it('is for who watches only', () => {
    expect(written({})).toEqual([]);
    expect(written({ isTTY: true }, { quiet: true })).toEqual([]);
  });
});
