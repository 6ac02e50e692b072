// The tray icon: a tunnel's mouth, drawn on 16 units so that its edges fall on whole pixels. Its four states differ
// by shape alone, because the menu bar paints every icon in one colour.
import { arch, box, circle, intersection, union, without } from './shapes.mjs';

/** @typedef {import('./shapes.mjs').Shape} Shape */

/** @param {number} r */
const mouth = (r) => arch({ cx: 8, cy: 8, r, bottom: 14 });
const portal = without(mouth(6), arch({ cx: 8, cy: 8, r: 4.5, bottom: 15 }));
const opening = mouth(3);
const exclamation = union(
  box({ left: 7, right: 9, top: 5, bottom: 10, r: 0.5 }),
  circle({ cx: 8, cy: 12, r: 1 }),
);

/** @type {Readonly<Record<'well' | 'working' | 'trouble' | 'off', Shape>>} */
export const trayGlyphs = {
  // Lit to the end.
  well: union(portal, opening),
  // Half there.
  working: union(portal, intersection(opening, box({ left: 0, right: 16, top: 10, bottom: 16 }))),
  // Walled up, with a warning.
  trouble: without(mouth(6), exclamation),
  // Empty.
  off: portal,
};
