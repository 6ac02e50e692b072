import { useState, type PointerEvent } from 'react';
import { keepLayout, layoutOf, type HeldLayout } from './held-layout.ts';
import type { ListView } from './service-rows.ts';

interface HeldList {
  /** In the layout that it had when the pointer came in. */
  readonly list: ListView;
  readonly isHeld: boolean;
  readonly onPointerEnter: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
}

/** `query`: what the user looks for and has folded. A change of it, which the user asked for, is a new layout. */
export function useHeldLayout(list: ListView, query: string): HeldList {
  const [isInside, setIsInside] = useState(false);
  const [held, setHeld] = useState<{ readonly layout: HeldLayout; readonly query: string } | null>(null);
  if (isInside && held?.query !== query) setHeld({ layout: layoutOf(list), query });
  if (!isInside && held !== null) setHeld(null);
  return {
    list: isInside && held?.query === query ? keepLayout(list, held.layout) : list,
    isHeld: isInside,
    // A finger leaves with its touch, and no pointer is left to be in the way of.
    onPointerEnter: ({ pointerType }) => setIsInside(pointerType === 'mouse'),
    onPointerLeave: () => setIsInside(false),
  };
}
