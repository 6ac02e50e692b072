/** Where a long text is cut so that texts with the same beginning can be told apart. Pure. */

export interface TextCut {
  readonly head: string;
  readonly tail: string;
}

const tailLength = 8;
const shortLength = 20;
/** Never splits a grapheme cluster. */
const graphemes = new Intl.Segmenter();
const leftToRight = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** null: short, or of mixed direction: each part would be ordered on its own, and the letters between them swapped. */
export function textCutOf(text: string): TextCut | null {
  if (text.length <= shortLength || (leftToRight.test(text) && rightToLeft.test(text))) return null;
  const letters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return { head: letters.slice(0, -tailLength).join(''), tail: letters.slice(-tailLength).join('') };
}
