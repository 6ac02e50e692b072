import { describe, expect, test } from 'vitest';
import {
  placePopover,
  popoverAnchor,
  shownIcon,
  type Anchor,
  type Display,
  type Point,
  type Rectangle,
} from './popover-position.ts';

const size = { width: 360, height: 400 };
const rect = (x: number, y: number, width: number, height: number): Rectangle => ({ x, y, width, height });
const at = (x: number, y: number, width = 24, height = 24): Anchor => ({
  kind: 'area',
  area: rect(x, y, width, height),
});
const contains = (outer: Rectangle, inner: Rectangle): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const nowhere: Anchor = { kind: 'none' };

const macBook: Display = { bounds: rect(0, 0, 1440, 900), workArea: rect(0, 25, 1440, 800) };
/** To the left of the MacBook and higher up: its menu bar has a negative y. */
const aboveLeft: Display = { bounds: rect(-1920, -300, 1920, 1080), workArea: rect(-1920, -275, 1920, 1055) };
const bottomPanel: Display = { bounds: rect(0, 0, 1280, 800), workArea: rect(0, 0, 1280, 760) };
const leftPanel: Display = { bounds: rect(0, 0, 1280, 800), workArea: rect(48, 0, 1232, 800) };
const rightPanel: Display = { bounds: rect(0, 0, 1280, 800), workArea: rect(0, 0, 1232, 800) };
const hiddenPanel: Display = { bounds: rect(0, 0, 1280, 800), workArea: rect(0, 0, 1280, 800) };
const tiny: Display = { bounds: rect(0, 0, 320, 240), workArea: rect(0, 20, 320, 220) };

describe('the popover goes', () => {
  test.each<[string, Anchor, Display, Rectangle]>([
    ['below the icon in a menu bar, centred', at(700, 0, 24, 24), macBook, rect(532, 29, 360, 400)],
    ['back onto the screen at the right edge', at(1410, 0), macBook, rect(1076, 29, 360, 400)],
    ['back onto the screen at the left edge', at(2, 0), macBook, rect(4, 29, 360, 400)],
    ['to a display with negative coordinates', at(-900, -300), aboveLeft, rect(-1068, -271, 360, 400)],
    ['above the icon in a panel at the bottom', at(1000, 768), bottomPanel, rect(832, 356, 360, 400)],
    ['right of a panel at the left', at(12, 600), leftPanel, rect(52, 396, 360, 400)],
    ['left of a panel at the right', at(1244, 100), rightPanel, rect(868, 4, 360, 400)],
    [
      'below the icon in a panel that hides itself at the top',
      at(900, 2),
      hiddenPanel,
      rect(732, 30, 360, 400),
    ],
    [
      'above the icon in a panel that hides itself at the bottom',
      at(900, 776),
      hiddenPanel,
      rect(732, 372, 360, 400),
    ],
    ['to the top right corner without an icon', nowhere, macBook, rect(1076, 29, 360, 400)],
    ['smaller onto a display that is too small for it', at(300, 0), tiny, rect(4, 24, 312, 212)],
  ])('%s', (_where, anchor, display, expected) => {
    expect(placePopover(anchor, display, size)).toEqual(expected);
  });

  test.each([macBook, aboveLeft, bottomPanel, leftPanel, rightPanel, hiddenPanel, tiny])(
    'wholly onto the work area, whatever it is opened at (%#)',
    (display) => {
      const { bounds, workArea } = display;
      const outside: Rectangle[] = [];
      for (let x = bounds.x - 50; x <= bounds.x + bounds.width + 50; x += 37) {
        for (let y = bounds.y - 50; y <= bounds.y + bounds.height + 50; y += 41) {
          const placed = placePopover(at(x, y), display, size);
          if (!contains(workArea, placed)) outside.push(placed);
        }
      }
      expect(outside).toEqual([]);
    },
  );
});

describe('it is opened at', () => {
  const clickAt = (x: number, y: number): Anchor => ({ kind: 'area', area: rect(x, y, 0, 0) });

  test.each<[string, Rectangle | null, Point | null, Anchor]>([
    ['the icon where the platform tells its bounds', rect(700, 0, 24, 24), { x: 9, y: 9 }, at(700, 0)],
    ['the click where it does not', null, { x: 1100, y: 10 }, clickAt(1100, 10)],
    ['nothing when the click was not on a panel', null, { x: 600, y: 400 }, nowhere],
    ['nothing when there was no click', null, null, nowhere],
    ['nothing when the cursor is where Wayland says that every cursor is', null, { x: 0, y: 0 }, nowhere],
  ])('%s', (_what, icon, cursor, expected) => {
    expect(popoverAnchor(icon, cursor, bottomPanel)).toEqual(expected);
  });
});

describe('the bounds of the icon count', () => {
  const notched: Display = { bounds: rect(0, 0, 1728, 1117), workArea: rect(0, 38, 1728, 1005) };

  test.each<[string, Rectangle, readonly Display[]]>([
    ['in the menu bar', rect(700, 0, 24, 24), [macBook]],
    ['in the middle of the higher menu bar beside a notch', rect(1400, 8, 32, 22), [notched]],
    ['in the menu bar of a display with a negative y', rect(-900, -300, 24, 24), [macBook, aboveLeft]],
    [
      'in a menu bar that hides itself and leaves no gap in the work area',
      rect(900, 0, 24, 24),
      [hiddenPanel],
    ],
    ['a little above the display, as macOS sometimes reports', rect(700, -2, 24, 24), [macBook]],
  ])('%s', (_where, bounds, displays) => {
    expect(shownIcon(bounds, displays)).toEqual(bounds);
  });

  test.each<[string, Rectangle, readonly Display[]]>([
    ['below the display, where macOS 26 puts an icon that is switched off', rect(0, 1117, 32, 22), [notched]],
    ['below another display', rect(0, 900, 32, 22), [macBook, aboveLeft]],
    ['in the middle of a display', rect(600, 400, 24, 24), [macBook]],
    ['beside every display', rect(5_000, 0, 24, 24), [macBook]],
    ['empty, on Linux', rect(0, 0, 0, 0), [macBook]],
  ])('not %s', (_where, bounds, displays) => {
    expect(shownIcon(bounds, displays)).toBeNull();
  });
});
