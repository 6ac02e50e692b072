import { useState, type ReactElement } from 'react';
import { useCommands } from './commands.ts';
import type { ConfigNoticeView } from './config-notice-view.ts';
import { StateShape } from './state-shape.tsx';

const focus = (element: HTMLElement | null): void => element?.focus();
interface ConfigNoticeProps {
  readonly notice: ConfigNoticeView;
}

/** A click on Review shows what would run; a click on Trust then trusts exactly that. */
export function ConfigNotice({ notice }: ConfigNoticeProps): ReactElement {
  const { openConfig, trustConfig } = useCommands();
  const { review } = notice;
  const [reviewed, setReviewed] = useState<string | null>(null);
  const isReviewed = review !== undefined && review.digest === reviewed;
  return (
    <section className="card" data-kind={notice.kind} aria-label={notice.title}>
      {(notice.kind === 'broken' || notice.kind === 'untrusted') && <StateShape tone="trouble" />}
      <div className="notice">
        <h2 className="notice-title">{notice.title}</h2>
        {notice.text !== null && <p className="notice-text">{notice.text}</p>}
        {notice.problems.length > 0 && (
          <ul className="notice-problems">
            {notice.problems.map(({ place, text }) => (
              <li key={`${place ?? ''} ${text}`}>
                {place !== null && <span className="notice-place">{place}</span>}
                <span>{text}</span>
              </li>
            ))}
          </ul>
        )}
        {isReviewed && (
          // Not the Trust button: pressing the same key twice must not trust an unread config.
          <ul className="notice-problems notice-review" aria-label="What would run" tabIndex={0} ref={focus}>
            {review.lines.map((line) => (
              <li key={line}>
                <span>{line}</span>
              </li>
            ))}
          </ul>
        )}
        <div className="notice-foot">
          <span className="notice-more">{notice.more}</span>
          <button
            type="button"
            className="button"
            onClick={() => void openConfig(notice.line === null ? {} : { line: notice.line })}
          >
            {notice.button}
          </button>
          {review !== undefined &&
            (isReviewed ? (
              <button
                key="trust"
                type="button"
                className="button"
                onClick={() => void trustConfig(review.digest)}
              >
                Trust
              </button>
            ) : (
              <button
                key="review"
                type="button"
                className="button"
                onClick={() => setReviewed(review.digest)}
              >
                Review
              </button>
            ))}
        </div>
      </div>
    </section>
  );
}
