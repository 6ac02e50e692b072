import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import type { ConfigNoticeView } from './config-notice-view.ts';
import { StateShape } from './state-shape.tsx';

export function ConfigNotice({ notice }: { readonly notice: ConfigNoticeView }): ReactElement {
  const { openConfig } = useCommands();
  return (
    <section className="card" data-kind={notice.kind} aria-label={notice.title}>
      {notice.kind === 'broken' && <StateShape tone="trouble" />}
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
