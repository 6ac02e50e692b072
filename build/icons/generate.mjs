// Draws every icon from its SVG, in the Chromium of the app's Electron: `node build/icons/generate.mjs`. The results
// are committed. The tray's four states differ only by shape, because the menu bar paints every icon in one color.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectDir } from '../paths.mjs';
import { sandboxArgs, withEnvironment } from '../prepared-app.mjs';

const here = import.meta.dirname;

/** @typedef {import('playwright').Page} Page */

/** @param {Page} page @param {string} svg its text @param {number} size of the PNG, in pixels @param {string} file in this folder */
const draw = async (page, svg, size, file) => {
  const bytes = await page.evaluate(async ([source, side]) => {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = new OffscreenCanvas(side, side);
    canvas.getContext('2d')?.drawImage(image, 0, 0, side, side);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  }, /** @type {const} */ ([svg, size]));
  await mkdir(path.dirname(path.join(here, file)), { recursive: true });
  await writeFile(path.join(here, file), Buffer.from(bytes));
};

/** @param {string} name */
const source = (name) => readFile(path.join(here, `${name}.svg`), 'utf8');

/** @param {Page} page */
const drawAll = async (page) => {
  for (const state of ['well', 'working', 'trouble', 'off']) {
    const glyph = await source(`tray-${state}`);
    // macOS colors template images itself, light or dark. Panels of Linux desktops do not, and most are dark.
    await draw(page, glyph, 16, `tray-${state}Template.png`);
    await draw(page, glyph, 32, `tray-${state}Template@2x.png`);
    const light = glyph.replaceAll('currentColor', '#fff');
    await draw(page, light, 24, `tray-${state}-light.png`);
    await draw(page, light, 48, `tray-${state}-light@2x.png`);
  }
  const icon = await source('icon');
  for (const size of [16, 32, 48, 64, 128, 256, 512])
    await draw(page, icon, size, `linux/${size}x${size}.png`);
  await draw(page, icon, 1024, 'icon.png');
};

await withEnvironment('start', async ({ electron, env }) => {
  const { _electron } = await import('playwright');
  const app = await _electron.launch({
    executablePath: electron.executable,
    args: [...sandboxArgs, path.join(projectDir, 'e2e/bench/bare-tray.cjs')],
    env: /** @type {Record<string, string>} */ (env),
  });
  try {
    await app.evaluate(({ BrowserWindow }) => new BrowserWindow({ show: false }).loadURL('about:blank'));
    await drawAll(await app.firstWindow());
  } finally {
    await app.close();
  }
});
