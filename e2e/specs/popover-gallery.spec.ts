/** Every state of the popover as a picture in .cache/gallery, and what must hold for all of them. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { scenarios, type ScenarioName } from '../../renderer/testing/scenarios.ts';
import { textsBelow } from '../fixtures/contrast.ts';
import { openGallery, type Gallery } from '../fixtures/gallery.ts';

const pictures = path.resolve(import.meta.dirname, '../../.cache/gallery');
const leastContrast = 4.5;

interface Picture {
  readonly name: string;
  readonly scenario: ScenarioName;
  readonly textScale?: number;
  readonly act?: (gallery: Gallery) => Promise<void>;
}

const press =
  (...keys: readonly string[]) =>
  async ({ page }: Gallery): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
const openSettings = ({ page }: Gallery): Promise<void> =>
  page.getByRole('button', { name: 'Settings' }).click();
const installCommand = async (gallery: Gallery): Promise<void> => {
  await openSettings(gallery);
  await gallery.page.getByRole('button', { name: 'Install Command' }).click();
};

const pictured: readonly Picture[] = [
  ...(Object.keys(scenarios) as ScenarioName[]).map((scenario) => ({ name: scenario, scenario })),
  { name: 'large-text', scenario: 'ordinary', textScale: 2 },
  { name: 'large-text-of-long-names', scenario: 'long-names', textScale: 2 },
  { name: 'keyboard-focus', scenario: 'ordinary', act: press('ArrowDown', 'ArrowDown') },
  { name: 'expanded-cause', scenario: 'one-trouble', act: press('ArrowDown', 'ArrowDown', 'ArrowRight') },
  { name: 'filter', scenario: 'ordinary', act: press('r', 'e') },
  { name: 'filter-without-match', scenario: 'ordinary', act: press('z', 'z') },
  { name: 'hover', scenario: 'ordinary', act: ({ page }) => page.locator('[data-name=warehouse]').hover() },
  { name: 'settings', scenario: 'ordinary', act: openSettings },
  { name: 'settings-need-approval', scenario: 'login-needs-approval', act: openSettings },
  { name: 'settings-of-an-installed-app', scenario: 'installed-on-a-mac', act: installCommand },
  { name: 'settings-away-from-applications', scenario: 'away-from-applications', act: openSettings },
  { name: 'settings-of-an-app-that-updates-itself', scenario: 'updates-itself', act: openSettings },
  {
    name: 'reviewed-config',
    scenario: 'untrusted-config',
    act: ({ page }) => page.getByRole('button', { name: 'Review' }).click(),
  },
];

test.describe('every state of the popover', () => {
  let gallery: Gallery;
  test.beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    gallery = await openGallery(2);
  });
  test.afterAll(() => gallery.close());

  for (const { name, scenario, textScale = 1, act } of pictured) {
    for (const scheme of ['light', 'dark'] as const) {
      test(`${name}, ${scheme}: fits its width, can be read, breaks no rule of the page`, async () => {
        const { page } = gallery;
        await gallery.open(scenario, { scheme, textScale });
        await gallery.fit();
        await act?.(gallery);
        const height = await gallery.fit();
        await gallery.picture(path.join(pictures, `${name}-${scheme}.png`));

        expect(height).toBeLessThanOrEqual(560);
        expect(await overflowing(gallery)).toEqual([]);
        expect(await textsBelow(page, leastContrast)).toEqual([]);
        expect(await nameless(gallery)).toEqual([]);
        expect(gallery.complaints).toEqual([]);
      });
    }
  }
});

/** Parts that stick out of the window sideways. */
const overflowing = ({ page }: Gallery): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *:not(.visually-hidden)')]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -0.5 || right > innerWidth + 0.5);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );

/** Controls that a screen reader could not name. */
const nameless = ({ page }: Gallery): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('button, input, [role=row][tabindex]')]
      .filter((element) => {
        const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
        const texts = [element, ...labels].map(({ textContent }) => textContent);
        return (element.getAttribute('aria-label') ?? texts.join('')).trim() === '';
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
