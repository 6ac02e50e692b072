import type { ReactElement } from 'react';
import type { CauseAction } from '../shared/cause-action.ts';
import { assertNever } from '../shared/result.ts';
import { useCommands } from './commands.ts';
import { FeedbackButton } from './feedback-button.tsx';

interface ActionButtonProps {
  readonly action: CauseAction;
  /** The services that the action applies to. */
  readonly names: readonly string[];
  readonly tabIndex?: 0 | -1;
}

/** The button for the remedy. After a click, its label confirms the action for a moment. */
export function ActionButton({ action, names, tabIndex = 0 }: ActionButtonProps): ReactElement {
  const { remedy } = useCommands();
  return (
    <FeedbackButton
      className="button small"
      label={action.label}
      done={doneWord(action)}
      title={'command' in action ? action.command : undefined}
      tabIndex={tabIndex}
      act={() => remedy(action, names)}
    />
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
