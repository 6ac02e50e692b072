import type { ReactElement } from 'react';

interface MiddleCutProps {
  readonly text: string;
  /** What to mark: begin and end. */
  readonly hit?: readonly [number, number] | null;
}

/** Enough to tell names apart that begin alike. */
const tailLength = 8;
const shortLength = 20;
/** What a reader takes for one character is never cut in two. */
const graphemes = new Intl.Segmenter();

/** A text that loses its middle, not its end, where there is no room. What is marked stays whole. */
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
