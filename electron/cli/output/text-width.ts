/** How wide text is on a terminal, and how it is made to fit. */

import { visibleLine } from '../../../shared/visible-text.ts';

/** They take the place of two: East Asian Wide of Unicode's annex 11, as nearly as properties of JavaScript say it. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/gu;

/** Marks that stand on another character take no place. */
const marks = /[\p{M}\u200d]/gu;

/** In columns of a terminal. Intl.Segmenter knows better, after 14 ms. */
export function widthOf(text: string): number {
  const seen = text.replaceAll(marks, '');
  return Array.from(seen).length + (seen.match(wide)?.length ?? 0);
}

/** Ends with `…` where it had to be cut. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines of `width` columns at the most, divided between words; a word that is longer is cut. */
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
