import type { ReactElement } from 'react';
import { assertNever } from '../shared/result.ts';
import type { Tone } from '../shared/service-tone.ts';

/** ● up, ◌ checking, ◐ working, ▲ trouble, ○ off: distinct without color. Text beside the shape says the same. */
export function StateShape({ tone }: { readonly tone: Tone }): ReactElement {
  return (
    <svg className="state-shape" data-tone={tone} viewBox="0 0 12 12" aria-hidden="true">
      {shapeOf(tone)}
    </svg>
  );
}

function shapeOf(tone: Tone): ReactElement {
  switch (tone) {
    case 'up':
      return <circle cx="6" cy="6" r="4.5" fill="currentColor" />;
    case 'ready':
    case 'checking':
      return (
        <circle
          cx="6"
          cy="6"
          r="3.9"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray="1.9 1.163"
        />
      );
    case 'working':
      return (
        <>
          <circle cx="6" cy="6" r="3.9" fill="none" stroke="currentColor" strokeWidth="1.3" />
          <path d="M6 2.1a3.9 3.9 0 0 0 0 7.8z" fill="currentColor" />
        </>
      );
    case 'trouble':
      return (
        <path
          d="M6 2.1 10.3 9.7H1.7z"
          fill="currentColor"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinejoin="round"
        />
      );
    case 'off':
      return <circle cx="6" cy="6" r="3.9" fill="none" stroke="currentColor" strokeWidth="1.3" />;
    default:
      return assertNever(tone, 'tone');
  }
}
