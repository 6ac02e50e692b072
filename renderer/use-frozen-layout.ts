import { useEffect, useState, type PointerEvent } from 'react';
import { keepLayout, layoutOf, type FrozenLayout } from './frozen-layout.ts';
import type { ListView } from './service-rows.ts';

interface FrozenList {
  /** The list in the layout it had when the pointer entered. */
  readonly list: ListView;
  readonly isFrozen: boolean;
  readonly onPointerEnter: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
}

/** `query`: the filter and the collapsed groups. A change of it comes from the user and starts a new layout. */
export function useFrozenLayout(list: ListView, query: string): FrozenList {
  const [entered, setEntered] = useState<Element | null>(null);
  const isInside = entered !== null;
  const [frozen, setFrozen] = useState<{ readonly layout: FrozenLayout; readonly query: string } | null>(
    null,
  );
  if (isInside && frozen?.query !== query) setFrozen({ layout: layoutOf(list), query });
  if (!isInside && frozen !== null) setFrozen(null);
  // Chromium does not report that the pointer left if what was under it has just been removed.
  useEffect(() => {
    if (entered === null) return undefined;
    const frame = requestAnimationFrame(() => {
      if (!entered.matches(':hover')) setEntered(null);
    });
    return () => cancelAnimationFrame(frame);
  });
  return {
    list: isInside && frozen?.query === query ? keepLayout(list, frozen.layout) : list,
    isFrozen: isInside,
    // After a touch there is no pointer left that a change could disturb.
    onPointerEnter: ({ pointerType, currentTarget }) =>
      setEntered(pointerType === 'mouse' ? currentTarget : null),
    onPointerLeave: () => setEntered(null),
  };
}
