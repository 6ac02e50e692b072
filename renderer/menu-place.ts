/** The position of a menu that was not opened with the pointer: below its element, in CSS pixels of the page. */
import type { MenuPlace } from './menu.tsx';
import { rowId } from './service-row.tsx';

const placeBelow = (element: Element | null): MenuPlace => {
  if (element === null) return { x: 0, y: 0 };
  const { right, bottom } = element.getBoundingClientRect();
  // The menu keeps itself inside the page; this only picks the corner.
  return { x: right, y: bottom };
};

export const menuPlaceBeside = (selector: string): MenuPlace => placeBelow(document.querySelector(selector));

export const menuPlaceOfRow = (name: string): MenuPlace =>
  placeBelow(document.getElementById(rowId(name))?.querySelector('.row-menu-button') ?? null);
