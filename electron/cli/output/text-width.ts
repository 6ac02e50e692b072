/** The width of text on a terminal, and how to make it fit. */

import { visibleLine } from '../../../shared/visible-text.ts';

/** Characters of width two: East Asian Wide in Unicode's annex 11, as closely as JavaScript's properties allow. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/gu;

/** Combining marks have no width. */
const marks = /[\p{M}\u200d]/gu;

/** In terminal columns. Intl.Segmenter is more accurate, but takes 14 ms to load. */
export function widthOf(text: string): number {
  const seen = text.replaceAll(marks, '');
  return Array.from(seen).length + (seen.match(wide)?.length ?? 0);
}

/** Ends with `…` if it had to be truncated. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines of at most `width` columns, wrapped between words; a longer word is broken. */
export function wrap(line: string, width: number): readonly string[] {
  const text = visibleLine(line);
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(shorten(word, width));
  }
  return lines;
}
