/**
 * The picture in README, light and dark, redrawn by `npm run screenshots` on a machine with the font Inter, which
 * stands in for the Mac's own.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { openGallery } from '../fixtures/gallery.ts';

const folder = path.resolve(import.meta.dirname, '../../build/screenshots');
const margin = 40;

test.skip(
  process.env['LOCALPORT_SCREENSHOTS'] === undefined,
  'pictures are drawn when LOCALPORT_SCREENSHOTS is set',
);

test('the README shows the popover in light and dark', async () => {
  await mkdir(folder, { recursive: true });
  const gallery = await openGallery(2);
  try {
    for (const scheme of ['light', 'dark'] as const) {
      await gallery.open('ordinary', { scheme });
      // The frame that a Mac draws around a popover. The page's policy forbids style elements, but not sheets created
      // by script.
      await gallery.page.evaluate((px) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`
          html, body { background: transparent; }
          body { padding: ${px}px; }
          #root { border-radius: 11px; background: var(--surface);
            box-shadow: 0 0 1px rgb(0 0 0 / 40%), 0 10px 30px rgb(0 0 0 / 28%); }
          .popover { border-radius: 11px; }`);
        document.adoptedStyleSheets.push(sheet);
      }, margin);
      const height = await gallery.fit(margin);
      expect(height).toBeGreaterThan(400);
      await gallery.picture(path.join(folder, `popover-${scheme}.png`), { transparent: true });
    }
  } finally {
    await gallery.close();
  }
});
