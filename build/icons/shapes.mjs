// Shapes as signed distances: negative inside, in the units of the drawing, y downwards.

/** @typedef {(x: number, y: number) => number} Shape */

/** A tunnel's mouth: a half circle that stands on straight sides.
 * @param {{ cx: number, cy: number, r: number, bottom: number }} arch @returns {Shape} */
export const arch =
  ({ cx, cy, r, bottom }) =>
  (x, y) =>
    y < cy ? Math.hypot(x - cx, y - cy) - r : Math.max(Math.abs(x - cx) - r, y - bottom);

/** A box with round corners; `power` above 2 gives the softer corners of macOS icons.
 * @param {{ left: number, top: number, right: number, bottom: number, r?: number, power?: number }} box
 * @returns {Shape} */
export const box = ({ left, top, right, bottom, r = 0, power = 2 }) => {
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  const [halfWidth, halfHeight] = [(right - left) / 2 - r, (bottom - top) / 2 - r];
  return (x, y) => {
    const [dx, dy] = [Math.abs(x - cx) - halfWidth, Math.abs(y - cy) - halfHeight];
    const outside = (Math.max(dx, 0) ** power + Math.max(dy, 0) ** power) ** (1 / power);
    return outside + Math.min(Math.max(dx, dy), 0) - r;
  };
};

/** @param {{ cx: number, cy: number, r: number }} circle @returns {Shape} */
export const circle =
  ({ cx, cy, r }) =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) - r;

/** @param {...Shape} shapes @returns {Shape} */
export const union =
  (...shapes) =>
  (x, y) =>
    Math.min(...shapes.map((shape) => shape(x, y)));

/** @param {Shape} shape @param {...Shape} holes @returns {Shape} */
export const without =
  (shape, ...holes) =>
  (x, y) =>
    Math.max(shape(x, y), ...holes.map((hole) => -hole(x, y)));

/** @param {...Shape} shapes @returns {Shape} */
export const intersection =
  (...shapes) =>
  (x, y) =>
    Math.max(...shapes.map((shape) => shape(x, y)));
