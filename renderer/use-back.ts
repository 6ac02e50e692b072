import { useCallback, useEffect, useRef, type Dispatch, type FocusEvent } from 'react';
import type { Page } from './pages.ts';
import type { PopoverAction } from './popover-state.ts';
import { rowId } from './service-row.tsx';

interface WayBack {
  /** Goes back one page. */
  readonly back: () => void;
  /** For every element of the popover that gets the focus. */
  readonly onFocus: (event: FocusEvent) => void;
  /** The list starts without a focus. */
  readonly forget: () => void;
}

/** The focus moves into a page with it, and returns to the row or the button on the list that had it before. */
export function useBack(pages: readonly Page[], dispatch: Dispatch<PopoverAction>): WayBack {
  const left = useRef<string | null>(null);
  const depth = pages.length;
  const page = pages.at(-1);
  useEffect(() => {
    if (depth === 0) {
      if (left.current !== null) document.getElementById(left.current)?.focus();
    } else if (document.activeElement === document.body) {
      document.querySelector<HTMLElement>('.page-header button')?.focus();
    }
  }, [depth]);
  return {
    back: useCallback(() => {
      // The answer to a request from the list may arrive on a page that was opened since.
      if (page === undefined) return;
      if ('name' in page && page.name !== null) left.current = rowId(page.name);
      dispatch({ kind: 'back' });
    }, [page, dispatch]),
    onFocus: ({ target }) => {
      const element = depth === 0 ? target.closest('.row, .header button, .footer button') : null;
      if (element !== null) left.current = element.id;
    },
    forget: () => {
      left.current = null;
    },
  };
}
