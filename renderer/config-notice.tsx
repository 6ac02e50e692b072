import { useState, type ReactElement } from 'react';
import { useCommands } from './commands.ts';
import type { ConfigNoticeView, ReviewView } from './config-notice-view.ts';
import { StateShape } from './state-shape.tsx';

export function ConfigNotice({ notice }: { readonly notice: ConfigNoticeView }): ReactElement {
  const { openConfig } = useCommands();
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
        {notice.review !== undefined && <Review key={notice.review.digest} review={notice.review} />}
        <div className="notice-foot">
          <span>{notice.more}</span>
          <button type="button" className="button" onClick={() => void openConfig()}>
            {notice.button}
          </button>
        </div>
      </div>
    </section>
  );
}

/** One click shows what would run, the next one trusts exactly that. */
function Review({ review }: { readonly review: ReviewView }): ReactElement {
  const { trustConfig } = useCommands();
  const [isShown, setIsShown] = useState(false);
  if (!isShown)
    return (
      <button type="button" className="button" onClick={() => setIsShown(true)}>
        Review
      </button>
    );
  return (
    <>
      <ul className="notice-problems notice-review">
        {review.lines.map((line) => (
          <li key={line}>
            <span>{line}</span>
          </li>
        ))}
      </ul>
      <button type="button" className="button" onClick={() => void trustConfig(review.digest)}>
        Trust
      </button>
    </>
  );
}
