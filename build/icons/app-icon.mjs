// The app's icon: the tray's tunnel with depth, and light at its end, on the rounded tile of macOS (824 of 1024 units).
import { Canvas } from './canvas.mjs';
import { arch, box, without } from './shapes.mjs';

/** @typedef {import('./canvas.mjs').Colour} Colour */

const units = 1024;
const tile = box({ left: 100, top: 100, right: 924, bottom: 924, r: 196, power: 2.35 });
const ground = 778;

/** @param {number} r */
const mouth = (r) => arch({ cx: 512, cy: 538, r, bottom: ground });

const opening = mouth(156);

/** @param {string} hex like #1b2a6b @param {number} [alpha] @returns {Colour} */
const colour = (hex, alpha = 1) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 0xff) / 255, (value & 0xff) / 255, alpha];
};

/** @param {Colour} from @param {Colour} to @param {number} t @returns {Colour} */
const mix = (from, to, t) => {
  const at = Math.min(1, Math.max(0, t));
  /** @param {0 | 1 | 2 | 3} channel */
  const channel = (channel) => from[channel] + (to[channel] - from[channel]) * at;
  return [channel(0), channel(1), channel(2), channel(3)];
};

/** From top to bottom.
 * @param {string} from @param {string} to @param {number} top @param {number} bottom
 * @returns {(x: number, y: number) => Colour} */
const gradient = (from, to, top, bottom) => (_x, y) =>
  mix(colour(from), colour(to), (y - top) / (bottom - top));

/** @param {number} size in pixels */
export const drawAppIcon = (size) => {
  const canvas = new Canvas(size, units);
  // A soft shadow below the tile.
  canvas.shade((x, y) => [0, 0, 0, 0.32 * Math.exp(-((Math.max(0, tile(x, y - 12)) / 26) ** 2))]);
  canvas.fill(tile, gradient('#3b5bf5', '#1a1f6e', 100, 924));
  // A hair of light along the upper edge.
  canvas.fill(
    without(tile, (x, y) => tile(x, y - 5)),
    () => colour('#ffffff', 0.28),
  );
  // The portal, the dark way through it, and the light at its end, which shines back onto the walls.
  canvas.fill(mouth(300), gradient('#ffffff', '#d3dcff', 238, ground));
  const lit = colour('#3fd8c4');
  const walls = gradient('#2438ad', '#0e1245', 306, ground);
  canvas.fill(mouth(232), (x, y) => mix(lit, walls(x, y), 0.45 + Math.max(0, opening(x, y)) / 120));
  canvas.fill(opening, (x, y) =>
    mix(
      colour('#f4fff6'),
      gradient('#8ff5d2', '#22c9a6', 382, ground)(x, y),
      Math.hypot(x - 512, y - ground) / 330,
    ),
  );
  return canvas.toPixels();
};
