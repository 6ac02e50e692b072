import { useState, type PointerEvent } from 'react';
import { keepLayout, layoutOf, type HeldLayout } from './held-layout.ts';
import type { ListView } from './service-rows.ts';

interface HeldList {
  /** The list in the layout it had when the pointer entered. */
  readonly list: ListView;
  readonly isHeld: boolean;
  readonly onPointerEnter: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
}

/** `query`: the filter and the collapsed groups. A change of it comes from the user and starts a new layout. */
export function useHeldLayout(list: ListView, query: string): HeldList {
  const [isInside, setIsInside] = useState(false);
  const [held, setHeld] = useState<{ readonly layout: HeldLayout; readonly query: string } | null>(null);
  if (isInside && held?.query !== query) setHeld({ layout: layoutOf(list), query });
  if (!isInside && held !== null) setHeld(null);
  return {
    list: isInside && held?.query === query ? keepLayout(list, held.layout) : list,
    isHeld: isInside,
    // After a touch there is no pointer left that a change could disturb.
    onPointerEnter: ({ pointerType }) => setIsInside(pointerType === 'mouse'),
    onPointerLeave: () => setIsInside(false),
  };
}
