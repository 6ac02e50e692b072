import type { ReactElement } from 'react';

interface MiddleCutProps {
  readonly text: string;
  /** Start and end of the part to highlight. */
  readonly hit?: readonly [number, number] | null;
}

/** Enough to distinguish names with the same prefix. */
const tailLength = 8;
const shortLength = 20;
/** Never splits a grapheme cluster. */
const graphemes = new Intl.Segmenter();

/** Truncates text in the middle instead of at the end. The highlighted part is never cut. */
export function MiddleCut({ text, hit = null }: MiddleCutProps): ReactElement {
  if (hit !== null) {
    const [begin, end] = hit;
    return (
      <bdi className="cut cut-end">
        {text.slice(0, begin)}
        <mark className="hit">{text.slice(begin, end)}</mark>
        {text.slice(end)}
      </bdi>
    );
  }
  if (text.length <= shortLength) return <bdi className="cut cut-end">{text}</bdi>;
  const letters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return (
    <bdi className="cut">
      <span className="cut-head">{letters.slice(0, -tailLength).join('')}</span>
      <span className="cut-tail">{letters.slice(-tailLength).join('')}</span>
    </bdi>
  );
}
