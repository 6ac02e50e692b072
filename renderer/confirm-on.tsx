import { useEffect, useRef, type ReactElement } from 'react';

interface ConfirmOnProps {
  readonly name: string;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks for confirmation in the row before turning on a guarded service. The safe answer has the focus. */
export function ConfirmOn({ name, onAnswer }: ConfirmOnProps): ReactElement {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  return (
    <div
      className="row-line row-confirm"
      role="group"
      aria-label={`Turn on ${name}, which leads into production?`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onAnswer(false);
      }}
    >
      <span className="row-confirm-text">Guarded: turn it on?</span>
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
        Turn On
      </button>
    </div>
  );
}
