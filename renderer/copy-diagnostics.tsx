import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import { useFeedback } from './use-feedback.ts';

export function CopyDiagnostics(): ReactElement {
  const { copyDiagnostics } = useCommands();
  const [feedback, show] = useFeedback('Copied');
  return (
    <button
      type="button"
      className="button"
      title="Versions, settings, states, and the last causes, for a bug report. Secrets and names are hidden."
      onClick={() => show(copyDiagnostics())}
    >
      <span className="swap" data-swapped={feedback !== null}>
        <span>Copy Diagnostics</span>
        <span aria-live="polite">{feedback}</span>
      </span>
    </button>
  );
}
