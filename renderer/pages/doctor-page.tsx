import { useEffect, useState, type ReactElement } from 'react';
import type { DiagnosticSection } from '../../shared/control-contract.ts';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { wordsOf } from '../failure-words.ts';
import { CopyDiagnostics } from '../copy-diagnostics.tsx';

/** What LocalPort knows about itself and this machine, for troubleshooting and bug reports. */
export function DoctorPage({ bridge }: { readonly bridge: PopoverBridge }): ReactElement {
  const [sections, setSections] = useState<readonly DiagnosticSection[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('doctor:run', undefined).then(
      (found) => isGone || setSections(found),
      (reason: unknown) => isGone || setFailure(wordsOf(reason)),
    );
    return () => {
      isGone = true;
    };
  }, [bridge]);
  if (sections === null) return <p className="empty">{failure ?? 'Looking at this machine …'}</p>;
  return (
    <div className="page-body doctor">
      {sections.map(({ title, lines }) => (
        <section key={title} aria-label={title}>
          <h2 className="section-title">{title}</h2>
          <ul className="doctor-lines">
            {lines.map((line, index) => (
              <li key={`${index} ${line}`}>{line}</li>
            ))}
          </ul>
        </section>
      ))}
      <div className="form-acts">
        <CopyDiagnostics />
      </div>
    </div>
  );
}
