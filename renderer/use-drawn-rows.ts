import { startTransition, useEffect, useState } from 'react';
import type { GroupView } from './service-rows.ts';

/** More than the window has room for, in rows of the usual height. */
const firstRows = 24;
const rowsPerFrame = 40;

/**
 * The groups with as many rows as can be seen at once, and with all of them a few frames later: a click on the icon waits for
 * the first ones only. Neither height nor places differ, because the rest is below the fold.
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
