import { useEffect, useState, type ReactElement } from 'react';

/** How long an edit can be undone with one click. */
export const undoMs = 8_000;

export interface Undoable {
  /** `Added postgres` */
  readonly text: string;
  /** Newest last. */
  readonly tokens: readonly string[];
  readonly onUndone?: () => void;
}

interface UndoBarProps {
  readonly undoable: Undoable;
  readonly onUndo: () => void;
  readonly onGone: () => void;
}

/** Covers the end of the list, so that nothing moves when it appears. It stays while its button has the focus or the pointer. */
export function UndoBar({ undoable, onUndo, onGone }: UndoBarProps): ReactElement {
  const [isKept, setIsKept] = useState(false);
  useEffect(() => {
    if (isKept) return;
    const timer = setTimeout(onGone, undoMs);
    return () => clearTimeout(timer);
    // Besides, only another edit restarts the timer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [undoable, isKept]);
  return (
    <div className="undo-bar" role="status">
      <span className="undo-text">{undoable.text}</span>
      {undoable.tokens.length > 0 && (
        <button
          type="button"
          className="button small"
          onFocus={() => setIsKept(true)}
          onBlur={() => setIsKept(false)}
          onPointerEnter={() => setIsKept(true)}
          onPointerLeave={() => setIsKept(false)}
          onClick={onUndo}
        >
          Undo
        </button>
      )}
    </div>
  );
}
