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
  /** Only the first line until it is expanded: a card above shows the rest. */
  readonly quiet?: boolean;
  readonly tabIndex?: 0 | -1;
}

/**
 * What happened, what happens next and what helps; the evidence on demand. Both lines stand there as long as the cause
 * does, so that a row keeps its height while its service retries.
 */
export function CauseLines(props: CauseLinesProps): ReactElement {
  const { cause, title, names, expanded, onExpand, quiet = false, tabIndex = 0 } = props;
  const { action, needsUser } = cause;
  const isBrief = quiet && !expanded;
  return (
    <div className="cause" data-expanded={expanded} data-quiet={quiet}>
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
      </div>
      {!isBrief && (
        <div className="cause-next">
          <div className="cause-next-text">
            {needsUser && cause.remedy !== null && (
              <p className="cause-remedy" title={cause.remedy}>
                {cause.remedy}
              </p>
            )}
            <p data-needs-user={needsUser}>{cause.next}</p>
          </div>
          {action !== null && <ActionButton action={action} names={names} tabIndex={tabIndex} />}
        </div>
      )}
      {expanded && <CauseDetails cause={cause} />}
    </div>
  );
}

function CauseDetails({ cause }: { readonly cause: CauseView }): ReactElement {
  const { needsUser, remedy, tries, evidence } = cause;
  const notes = [needsUser ? null : remedy, tries].filter((note) => note !== null);
  return (
    <div className="cause-details">
      {notes.length > 0 && <p className="cause-note">{notes.join(' · ')}</p>}
      <p className="cause-evidence">{evidence ?? 'Nothing more is known; the log has every line.'}</p>
    </div>
  );
}
