import { useEffect, useRef, type ReactElement } from 'react';
import type { GuardQuestion } from '../shared/guard.ts';

interface ConfirmOnProps {
  readonly question: GuardQuestion;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks for confirmation in the row before turning on a guarded service. The safe answer has the focus. */
export function ConfirmOn({ question, onAnswer }: ConfirmOnProps): ReactElement {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  return (
    <div
      className="row-line row-confirm"
      role="group"
      aria-label={question.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onAnswer(false);
      }}
    >
      <span className="row-confirm-text">{question.label}</span>
      <span className="row-confirm-acts">
        <button type="button" ref={cancel} className="button small" onClick={() => onAnswer(false)}>
          Cancel
        </button>
        <button
          type="button"
          className="button small"
          onClick={({ detail }) => {
            // The second click of a double click on the switch.
            if (detail < 2) onAnswer(true);
          }}
        >
          {question.accept}
        </button>
      </span>
    </div>
  );
}
