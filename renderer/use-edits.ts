import { useCallback, useState } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { wordsOf } from './failure-words.ts';
import type { Undoable } from './undo-bar.tsx';

export interface Edits {
  /** The last edit; null: nothing to undo. */
  readonly undoable: Undoable | null;
  /** Reports above the list that the form was saved. */
  readonly saved: (text: string, tokens: readonly string[]) => void;
  /** Reports on the page, which stays, that a part of the form was saved. */
  readonly partlySaved: (text: string, token: string, onUndone: () => void) => void;
  readonly remove: (name: string) => void;
  readonly undo: () => void;
  readonly forget: () => void;
}

/** Edits of the config that can be undone for a while. Failures are shown in the same place. */
export function useEdits(bridge: PopoverBridge, back: () => void): Edits {
  const [undoable, setUndoable] = useState<Undoable | null>(null);
  const tell = useCallback((text: string) => setUndoable({ text, tokens: [] }), []);
  return {
    undoable,
    saved: (text, tokens) => {
      setUndoable({ text, tokens: undoableOnly(tokens) });
      back();
    },
    partlySaved: (text, token, onUndone) => setUndoable({ text, tokens: undoableOnly([token]), onUndone }),
    remove: (name) => {
      bridge.invoke('service:remove', { name }).then(
        (result) => {
          if (!result.done) return tell(result.message);
          setUndoable({ text: `Removed ${name}`, tokens: undoableOnly([result.undo]) });
          back();
        },
        (reason: unknown) => tell(wordsOf(reason)),
      );
    },
    undo: () => {
      const { tokens = [], onUndone } = undoable ?? {};
      setUndoable(null);
      void takeBack(bridge, tokens).then((failure) => (failure === null ? onUndone?.() : tell(failure)));
    },
    forget: useCallback(() => setUndoable(null), []),
  };
}

/** Undo is not offered for edits of which one could not be recorded. */
const undoableOnly = (tokens: readonly string[]): readonly string[] => (tokens.includes('') ? [] : tokens);

/** Undoes the newest first, since each undo applies to the file as its edit left it. Resolves to the reason for a failure. */
async function takeBack(bridge: PopoverBridge, tokens: readonly string[]): Promise<string | null> {
  for (const token of [...tokens].reverse()) {
    try {
      const result = await bridge.invoke('edit:undo', { token });
      if (!result.done) return result.message;
    } catch (error) {
      return wordsOf(error);
    }
  }
  return null;
}
