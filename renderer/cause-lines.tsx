import type { ReactElement } from 'react';
import { ActionButton } from './action-button.tsx';
import type { CauseView } from './cause-view.ts';
import { ChevronIcon } from './icons.tsx';

interface CauseLinesProps {
  readonly cause: CauseView;
  readonly title: string;
  readonly names: readonly string[];
  readonly expanded: boolean;
  readonly onExpand: (expanded: boolean) => void;
  /** Only the first line, with the action at its end, until expanded. */
  readonly isBrief?: boolean;
  readonly tabIndex?: 0 | -1;
}

/**
 * What happened; what happens next, with the remedy's button at its end; the evidence on demand. Both lines stay as long as
 * the cause does, so that a row keeps its height while its service retries.
 */
export function CauseLines(props: CauseLinesProps): ReactElement {
  const { cause, title, names, expanded, onExpand, isBrief = false, tabIndex = 0 } = props;
  const hasOneLine = isBrief && !expanded;
  const action =
    cause.action === null ? null : <ActionButton action={cause.action} names={names} tabIndex={tabIndex} />;
  return (
    <div className="cause" data-expanded={expanded}>
      <div className="cause-head">
        <button
          type="button"
          className="cause-title"
          aria-expanded={expanded}
          tabIndex={tabIndex}
          title={title}
          onClick={() => onExpand(!expanded)}
        >
          <span className="cause-title-text">{title}</span>
          <ChevronIcon />
        </button>
        {hasOneLine && action}
      </div>
      {!hasOneLine && (
        <div className="cause-next">
          <p className="cause-next-text" title={cause.line}>
            {cause.line}
          </p>
          {action}
        </div>
      )}
      {expanded && <CauseDetails cause={cause} />}
    </div>
  );
}

/** Also used on the details page. */
export function CauseDetails({ cause }: { readonly cause: CauseView }): ReactElement {
  const { line, next, remedy, tries, evidence } = cause;
  const notes = [remedy, next, tries].filter((note) => note !== null && note !== line);
  return (
    <div className="cause-details">
      {notes.map((note) => (
        <p key={note} className="cause-note">
          {note}
        </p>
      ))}
      <p className="cause-evidence">{evidence ?? 'No further details. The log has every line.'}</p>
    </div>
  );
}
