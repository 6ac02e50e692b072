import type { ReactElement } from 'react';
import type { Tone } from '../../shared/service-tone.ts';
import { useCommands } from '../commands.ts';
import { FeedbackButton } from '../feedback-button.tsx';
import { StateShape } from '../state-shape.tsx';

interface CommandPageProps {
  readonly command: string;
  /** null: there is nothing to report. */
  readonly status: { readonly tone: Tone; readonly text: string } | null;
  /** What the command has printed so far. */
  readonly lines?: readonly string[];
  readonly action: { readonly label: string; readonly isDisabled: boolean; readonly run: () => void };
}

/** A command that LocalPort runs for the user: shown before it runs, with its state and its output. */
export function CommandPage({ command, status, lines = [], action }: CommandPageProps): ReactElement {
  const { copy } = useCommands();
  return (
    <div className="page-body sign-in">
      <p>LocalPort runs this command for you:</p>
      <p className="cause-evidence">{command}</p>
      <div className="test-result" role="status" data-kind={status === null ? 'none' : 'shown'}>
        <StateShape tone={status?.tone ?? 'checking'} />
        <p>{status?.text ?? ''}</p>
      </div>
      {lines.length > 0 && (
        <div className="log-lines" role="log" aria-label="Output" tabIndex={0}>
          {lines.map((line, index) => (
            <p key={`${index} ${line}`} className="log-line">
              {line}
            </p>
          ))}
        </div>
      )}
      <div className="form-acts">
        <FeedbackButton label="Copy Command" act={() => copy(command)} />
        <span className="spacer" />
        <button
          type="button"
          className="button primary"
          disabled={action.isDisabled}
          onClick={() => action.run()}
        >
          {action.label}
        </button>
      </div>
    </div>
  );
}
