import { describe, expect, it } from 'vitest';
import { Picture } from './status-watch.ts';

const drawn = (rows: number | undefined, ...pictures: readonly (readonly string[])[]): readonly string[] => {
  const written: string[] = [];
  const picture = new Picture({ write: (text) => written.push(text), isTTY: true, rows });
  for (const lines of pictures) picture.draw(lines);
  return written.map((text) => text.replaceAll('\u001b', '^'));
};

describe('a picture on a terminal', () => {
  it('is drawn over by the next one, line for line, and leaves what stood above it', () => {
    expect(drawn(24, ['a', 'b'], ['c'], ['d', 'e'])).toEqual([
      '\r^[?7la^[K\nb^[K\n^[?7h^[J',
      '^[2A\r^[?7lc^[K\n^[?7h^[J',
      '^[1A\r^[?7ld^[K\ne^[K\n^[?7h^[J',
    ]);
  });

  it('is cropped to what the terminal shows, as lines that went off could not be drawn over; its sum is kept', () => {
    const [text = ''] = drawn(5, ['head', 'one', 'two', 'three', '', 'sum']);
    expect(text).toContain('head^[K\none^[K\n… 3 more lines^[K\nsum^[K\n');
    expect(text).not.toContain('two');
  });
});
