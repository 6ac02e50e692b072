import type { ReactElement } from 'react';
import type { CauseAction } from '../shared/cause-action.ts';
import { assertNever } from '../shared/result.ts';
import { useCommands } from './commands.ts';
import { useFeedback } from './use-feedback.ts';

interface ActionButtonProps {
  readonly action: CauseAction;
  /** The services that the action applies to. */
  readonly names: readonly string[];
  readonly tabIndex?: 0 | -1;
}

/** The button for the remedy. After a click, its label confirms the action for a moment. */
export function ActionButton({ action, names, tabIndex = 0 }: ActionButtonProps): ReactElement {
  const { remedy } = useCommands();
  const [feedback, show] = useFeedback(doneWord(action));
  return (
    <button
      type="button"
      className="button small"
      tabIndex={tabIndex}
      title={'command' in action ? action.command : undefined}
      onClick={() => show(remedy(action, names))}
    >
      <span className="swap" data-swapped={feedback !== null}>
        <span>{action.label}</span>
        <span aria-live="polite">{feedback}</span>
      </span>
    </button>
  );
}

function doneWord(action: CauseAction): string {
  switch (action.kind) {
    case 'copy-command':
      return 'Copied';
    case 'open-config':
    case 'open-log':
    case 'sign-in':
    case 'show-output':
    case 'trust-host-key':
    case 'add-key':
    case 'choose-context':
    case 'open-install-page':
      return 'Opened';
    case 'retry':
    case 'log-in':
    case 'use-free-port':
      return 'Trying';
    default:
      return assertNever(action, 'remedy');
  }
}
