import { useEffect, type ReactElement } from 'react';

/** How long an edit can be taken back with one click. */
export const undoMs = 8_000;

export interface Undoable {
  /** `Added postgres` */
  readonly text: string;
  /** Newest last. */
  readonly tokens: readonly string[];
}

interface UndoBarProps {
  readonly undoable: Undoable;
  readonly onUndo: () => void;
  readonly onGone: () => void;
}

/** Lies over the end of the list: nothing moves when it comes and goes. It stays while it has the focus or the pointer. */
export function UndoBar({ undoable, onUndo, onGone }: UndoBarProps): ReactElement {
  useEffect(() => {
    const timer = setTimeout(onGone, undoMs);
    return () => clearTimeout(timer);
    // Its time begins anew with another edit only.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [undoable]);
  return (
    <div className="undo-bar" role="status">
      <span className="undo-text">{undoable.text}</span>
      {undoable.tokens.length > 0 && (
        <button type="button" className="button small" onClick={onUndo}>
          Undo
        </button>
      )}
    </div>
  );
}
