import { startTransition, useEffect, useState } from 'react';
import type { GroupView } from './service-rows.ts';

/** More rows of the usual height than fit in the window. */
const firstRows = 24;
const rowsPerFrame = 40;

/**
 * The groups with only the visible rows at first, and with all rows a few frames later, so that the popover opens quickly.
 * Neither heights nor positions change, because the rest is out of sight.
 */
export function useDrawnRows(groups: readonly GroupView[]): readonly GroupView[] {
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const [drawn, setDrawn] = useState(firstRows);
  const isWhole = drawn >= total;
  useEffect(() => {
    if (isWhole) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => startTransition(() => setDrawn((rows) => rows + rowsPerFrame)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [drawn, isWhole]);
  return isWhole ? groups : cutAfter(groups, drawn);
}

/** The first `count` rows, in their groups. Pure. */
export function cutAfter(groups: readonly GroupView[], count: number): readonly GroupView[] {
  let left = count;
  return groups.flatMap((group) => {
    if (left <= 0) return [];
    const rows = group.rows.slice(0, left);
    left -= group.rows.length;
    return [rows.length === group.rows.length ? group : { ...group, rows }];
  });
}
