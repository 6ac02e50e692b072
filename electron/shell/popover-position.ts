/**
 * Positions the popover at the icon, wherever the panel is, and entirely within the display's work area. Pure geometry in
 * screen coordinates (DIP); y increases downward, and displays left of or above the main one have negative coordinates.
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Point, Size {}

export interface Display {
  readonly bounds: Rectangle;
  /** `bounds` without the menu bar, panels and Dock. */
  readonly workArea: Rectangle;
}

/** Where the popover opens: at the icon, at the position of a click, or unknown. */
export type Anchor = { readonly kind: 'area'; readonly area: Rectangle } | { readonly kind: 'none' };

type Edge = 'top' | 'bottom' | 'left' | 'right';

/** The distance between the icon and the popover, and between the popover and the edges of the work area. */
export const popoverGap = 4;
/** An auto-hiding panel leaves no gap in the work area; a click this close to an edge counts as a click on the panel. */
const panelThickness = 64;
/** The actual height is 24, or 37 or 38 with a notch. */
const maxMenuBarHeight = 48;

/**
 * The icon's bounds as the platform reports them; null if it reports none, or if they are not in a menu bar at the top of a
 * display. An icon hidden by macOS 26 or the notch also has bounds, for example 0,1117 on a display 1117 high.
 */
export function shownIcon(
  { x, y, width, height }: Rectangle,
  displays: readonly Pick<Display, 'bounds'>[],
): Rectangle | null {
  if (width <= 0 || height <= 0) return null;
  const isAtTop = displays.some(
    ({ bounds }) =>
      x < bounds.x + bounds.width &&
      x + width > bounds.x &&
      y < bounds.y + maxMenuBarHeight &&
      y + height > bounds.y,
  );
  return isAtTop ? { x, y, width, height } : null;
}

/**
 * The icon's bounds if known; otherwise the position of the click, if it may have been on a panel. Linux reports no bounds,
 * and Wayland reports every cursor at 0,0.
 */
export function popoverAnchor(icon: Rectangle | null, cursor: Point | null, display: Display): Anchor {
  if (icon !== null) return { kind: 'area', area: icon };
  if (cursor === null || (cursor.x === 0 && cursor.y === 0) || !isNearEdge(cursor, display.bounds)) {
    return { kind: 'none' };
  }
  return { kind: 'area', area: { ...cursor, width: 0, height: 0 } };
}

/** The popover's bounds for a content size: beside the anchor, or in the top right corner if it is unknown. */
export function placePopover(anchor: Anchor, display: Display, content: Size): Rectangle {
  const { workArea } = display;
  const width = Math.min(content.width, workArea.width - 2 * popoverGap);
  const height = Math.min(content.height, workArea.height - 2 * popoverGap);
  const preferred =
    anchor.kind === 'none' ? topRight(workArea, width) : beside(anchor.area, display, { width, height });
  return {
    x: clamp(preferred.x, workArea.x + popoverGap, workArea.x + workArea.width - width - popoverGap),
    y: clamp(preferred.y, workArea.y + popoverGap, workArea.y + workArea.height - height - popoverGap),
    width,
    height,
  };
}

const topRight = (area: Rectangle, width: number): Point => ({
  x: area.x + area.width - width - popoverGap,
  y: area.y,
});

function beside(icon: Rectangle, display: Display, size: Size): Point {
  const center = centerOf(icon);
  const centered: Point = { x: center.x - size.width / 2, y: center.y - size.height / 2 };
  switch (panelEdge(center, display)) {
    case 'top':
      return { x: centered.x, y: icon.y + icon.height + popoverGap };
    case 'bottom':
      return { x: centered.x, y: icon.y - size.height - popoverGap };
    case 'left':
      return { x: icon.x + icon.width + popoverGap, y: centered.y };
    case 'right':
      return { x: icon.x - size.width - popoverGap, y: centered.y };
  }
}

/** The edge with the icon's panel. In a corner the horizontal edge takes precedence, since almost all panels are horizontal. */
function panelEdge(point: Point, { workArea }: Display): Edge {
  const bottom = workArea.y + workArea.height;
  if (point.y < workArea.y) return 'top';
  if (point.y >= bottom) return 'bottom';
  if (point.x < workArea.x) return 'left';
  if (point.x >= workArea.x + workArea.width) return 'right';
  return point.y - workArea.y <= bottom - point.y ? 'top' : 'bottom';
}

function isNearEdge(point: Point, { x, y, width, height }: Rectangle): boolean {
  const distance = Math.min(point.x - x, point.y - y, x + width - point.x, y + height - point.y);
  return distance <= panelThickness;
}

const centerOf = ({ x, y, width, height }: Rectangle): Point => ({ x: x + width / 2, y: y + height / 2 });
const clamp = (value: number, low: number, high: number): number =>
  Math.round(Math.max(low, Math.min(value, high)));
