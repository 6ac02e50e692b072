import type { ReactElement } from 'react';
import { useFeedback } from './use-feedback.ts';

interface FeedbackButtonProps {
  readonly className?: string;
  readonly label: string;
  /** The class of the label's text. */
  readonly labelClass?: string;
  /** The word that briefly replaces the label: `Copied`. */
  readonly done?: string;
  /** Resolves to whether it succeeded. */
  readonly act: () => Promise<boolean>;
  readonly title?: string | undefined;
  /** Also its name for a screen reader. */
  readonly isNamedByTitle?: boolean;
  readonly disabled?: boolean;
  readonly tabIndex?: 0 | -1;
}

/** A button whose label confirms its action for a moment. */
export function FeedbackButton(props: FeedbackButtonProps): ReactElement {
  const {
    className = 'button',
    label,
    labelClass,
    done = 'Copied',
    act,
    title,
    isNamedByTitle = false,
  } = props;
  const [feedback, show] = useFeedback(done);
  return (
    <button
      type="button"
      className={className}
      disabled={props.disabled}
      tabIndex={props.tabIndex}
      title={title}
      aria-label={isNamedByTitle ? title : undefined}
      onClick={() => show(act())}
    >
      <span className="swap" data-swapped={feedback !== null}>
        <span className={labelClass}>{label}</span>
        <span aria-live="polite">{feedback}</span>
      </span>
    </button>
  );
}
