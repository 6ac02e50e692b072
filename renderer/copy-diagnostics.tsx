import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import { FeedbackButton } from './feedback-button.tsx';

export function CopyDiagnostics(): ReactElement {
  const { copyDiagnostics } = useCommands();
  return (
    <FeedbackButton
      label="Copy Diagnostics"
      title="Versions, settings, states, and the last causes, for a bug report. Secrets and names are hidden."
      act={copyDiagnostics}
    />
  );
}
