import { useState, type ReactElement } from 'react';

interface RequestButtonProps {
  readonly label: string;
  /** Resolves to a message for the user or to nothing; rejects with a message. */
  readonly request: () => Promise<unknown>;
}

/** Sends main a request that may fail for a reason that only the user can fix; the response stays below the button. */
export function RequestButton({ label, request }: RequestButtonProps): ReactElement {
  const [isAsking, setIsAsking] = useState(false);
  const [answer, setAnswer] = useState<string | null>(null);
  const ask = (): void => {
    setIsAsking(true);
    request()
      .then(
        (told) => setAnswer(typeof told === 'string' ? told : null),
        (reason: unknown) => setAnswer(reason instanceof Error ? reason.message : String(reason)),
      )
      .finally(() => setIsAsking(false));
  };
  return (
    <>
      <button type="button" className="button" disabled={isAsking} onClick={ask}>
        {label}
      </button>
      <p className="request-answer" role="status">
        {answer}
      </p>
    </>
  );
}
