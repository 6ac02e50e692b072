import type { ReactElement } from 'react';

/** Problems with LocalPort itself that do not stop forwards: shown unobtrusively, without a button. */
export function HostNotices({ notices }: { readonly notices: readonly string[] }): ReactElement | null {
  if (notices.length === 0) return null;
  return (
    <section className="card" data-kind="notices" aria-label="Notices">
      <div className="notice">
        {notices.map((text) => (
          <p key={text} className="notice-text">
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}
