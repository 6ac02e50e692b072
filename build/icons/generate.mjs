// Draws every icon of the app: `node build/icons/generate.mjs`. The results are committed; run it after a change here.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawAppIcon } from './app-icon.mjs';
import { Canvas } from './canvas.mjs';
import { encodeIcns, icnsSizes } from './icns.mjs';
import { encodePng } from './png.mjs';
import { trayGlyphs } from './tray-glyph.mjs';

/** @param {string} name @param {Buffer} contents */
const write = async (name, contents) => {
  const file = path.join(import.meta.dirname, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, contents);
};

/** @param {import('./shapes.mjs').Shape} glyph @param {number} size in pixels @param {number} brightness 0 or 1 */
const drawGlyph = (glyph, size, brightness) => {
  const canvas = new Canvas(size, 16);
  canvas.fill(glyph, () => [brightness, brightness, brightness, 1]);
  return encodePng(canvas.toPixels());
};

for (const [state, glyph] of Object.entries(trayGlyphs)) {
  // macOS paints template images itself, light or dark.
  await write(`tray-${state}Template.png`, drawGlyph(glyph, 16, 0));
  await write(`tray-${state}Template@2x.png`, drawGlyph(glyph, 32, 0));
  // Panels of Linux desktops do not, and most are dark.
  await write(`tray-${state}-light.png`, drawGlyph(glyph, 24, 1));
  await write(`tray-${state}-light@2x.png`, drawGlyph(glyph, 48, 1));
}

const appIcons = new Map([16, 48, ...icnsSizes].map((size) => [size, encodePng(drawAppIcon(size))]));
for (const size of [16, 32, 48, 64, 128, 256, 512]) {
  await write(`linux/${size}x${size}.png`, appIcons.get(size) ?? Buffer.alloc(0));
}
await write('icon.png', appIcons.get(1024) ?? Buffer.alloc(0));
await write('icon.icns', encodeIcns(new Map([...appIcons].filter(([size]) => icnsSizes.includes(size)))));
