import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { LinkCard } from '../shared/app-link.ts';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { StateShape } from './state-shape.tsx';

/** The current question from a link; null: none; undefined: not known yet. */
export function useLinkCard(bridge: PopoverBridge): LinkCard | null | undefined {
  const [card, setCard] = useState<LinkCard | null | undefined>(undefined);
  useEffect(() => {
    let isPushed = false;
    const unsubscribe = bridge.on('link:changed', (changed) => {
      isPushed = true;
      setCard(changed);
    });
    bridge.invoke('link:get', undefined).then(
      (asked) => isPushed || setCard(asked),
      (reason: unknown) => {
        console.error('link:get failed', reason);
        setCard(null);
      },
    );
    return unsubscribe;
  }, [bridge]);
  return card;
}

interface LinkQuestionProps {
  readonly card: LinkCard;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks for confirmation before a link from another app does anything. The safe answer has the focus. */
export function LinkQuestion({ card, onAnswer }: LinkQuestionProps): ReactElement {
  const { title, text, accept } = card;
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    <section
      className="card"
      data-kind="prompt"
      role="alertdialog"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onAnswer(false);
      }}
    >
      <StateShape tone={accept === null ? 'trouble' : 'working'} />
      <div className="notice">
        <h2 className="notice-title">{title}</h2>
        <p className="notice-text">{text}</p>
        <div className="notice-foot">
          <span className="notice-more" />
          <button type="button" ref={no} className="button link-no" onClick={() => onAnswer(false)}>
            {accept === null ? 'OK' : 'Cancel'}
          </button>
          {accept !== null && (
            <button
              type="button"
              className="button"
              onClick={({ detail }) => {
                // The second click of a double click would confirm the question that follows.
                if (detail < 2) onAnswer(true);
              }}
            >
              {accept}
            </button>
          )}
        </div>
      </div>
    </section>
  );
}
