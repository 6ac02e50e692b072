import type { ReactElement } from 'react';
import { textCutOf } from './text-cut.ts';

interface MiddleCutProps {
  readonly text: string;
  /** Start and end of the part to highlight. */
  readonly hit?: readonly [number, number] | null;
}

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
  const cut = textCutOf(text);
  if (cut === null) return <bdi className="cut cut-end">{text}</bdi>;
  return (
    <bdi className="cut">
      <span className="cut-head">{cut.head}</span>
      <span className="cut-tail">{cut.tail}</span>
    </bdi>
  );
}
