// Paints shapes on a square of pixels, edges smoothed by how much of a pixel a shape covers.

/** @typedef {import('./shapes.mjs').Shape} Shape */
/** @typedef {readonly [red: number, green: number, blue: number, alpha: number]} Colour each from 0 to 1 */
/** @typedef {(x: number, y: number, distance: number) => Colour} Paint */

export class Canvas {
  /** @type {number} */
  #size;
  /** @type {number} */
  #scale;
  /** @type {Float64Array} premultiplied */
  #pixels;

  /** @param {number} size in pixels @param {number} units that the drawing is wide and high */
  constructor(size, units) {
    this.#size = size;
    this.#scale = size / units;
    this.#pixels = new Float64Array(size * size * 4);
  }

  /** Fills a shape with a colour, which may depend on the place.
   * @param {Shape} shape @param {Paint} paint */
  fill(shape, paint) {
    this.shade((x, y) => {
      const distance = shape(x, y);
      const coverage = Math.min(1, Math.max(0, 0.5 - distance * this.#scale));
      if (coverage === 0) return [0, 0, 0, 0];
      const [red, green, blue, alpha] = paint(x, y, distance);
      return [red, green, blue, alpha * coverage];
    });
  }

  /** Lays a colour over every pixel.
   * @param {(x: number, y: number) => Colour} colourAt */
  shade(colourAt) {
    for (let row = 0; row < this.#size; row += 1) {
      for (let column = 0; column < this.#size; column += 1) {
        const colour = colourAt((column + 0.5) / this.#scale, (row + 0.5) / this.#scale);
        if (colour[3] > 0) this.#over((row * this.#size + column) * 4, colour);
      }
    }
  }

  /** @param {number} at @param {Colour} colour */
  #over(at, [red, green, blue, alpha]) {
    [red * alpha, green * alpha, blue * alpha, alpha].forEach((value, channel) => {
      this.#pixels[at + channel] = value + (this.#pixels[at + channel] ?? 0) * (1 - alpha);
    });
  }

  /** @returns {import('./png.mjs').Pixels} */
  toPixels() {
    const rgba = new Uint8Array(this.#pixels.length);
    for (let at = 0; at < rgba.length; at += 4) {
      const alpha = this.#pixels[at + 3] ?? 0;
      for (let channel = 0; channel < 3; channel += 1) {
        rgba[at + channel] = alpha === 0 ? 0 : Math.round(((this.#pixels[at + channel] ?? 0) / alpha) * 255);
      }
      rgba[at + 3] = Math.round(alpha * 255);
    }
    return { width: this.#size, height: this.#size, rgba };
  }
}
