/**
 * Every state of the popover as a picture in .cache/gallery, and rules that hold for all of them. Each is compared with
 * the approved one (e2e/stills.json). After a change of the look, look at the pictures, then
 *   LOCALPORT_STILLS=1 npm test -- gallery
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { scenarios, type ScenarioName } from '../../renderer/testing/scenarios.ts';
import { accessibilityFindings } from '../fixtures/accessibility.ts';
import { textsBelow } from '../fixtures/contrast.ts';
import { openGallery, type Gallery } from '../fixtures/gallery.ts';
import { differenceOf, KnownStills, stillOf } from '../fixtures/still.ts';

const pictures = path.resolve(import.meta.dirname, '../../.cache/gallery');
const leastContrast = 4.5;
const known = new KnownStills(path.resolve(import.meta.dirname, '../stills.json'));
const isRenewing = process.env['LOCALPORT_STILLS'] !== undefined;

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
const click =
  (...names: readonly string[]) =>
  async ({ page, leave }: Gallery): Promise<void> => {
    for (const name of names) await page.getByRole('button', { name, exact: true }).first().click();
    await leave();
  };
const all =
  (...acts: readonly NonNullable<Picture['act']>[]) =>
  async (gallery: Gallery): Promise<void> => {
    for (const act of acts) await act(gallery);
  };
const openSettings = click('Settings');
const installCommand = all(openSettings, click('Install Command'));
const openForm = press('Control+n');
const chooseKind =
  (kind: string) =>
  ({ page }: Gallery): Promise<void> =>
    page.getByRole('radio', { name: kind }).click();
const fill =
  (values: Readonly<Record<string, string>>) =>
  async ({ page }: Gallery): Promise<void> => {
    for (const [label, value] of Object.entries(values))
      await page.locator(`input[aria-label="${label}"]`).fill(value);
    // Leaves the last field and its suggestions.
    await page.locator('input:focus').blur();
  };
const kubeValues = { Context: 'prod', Namespace: 'shop', Target: 'service/postgres', 'Remote port': '5432' };
const names = { Name: 'postgres', 'Local port': '5432', Group: 'database' };
const see =
  (text: string) =>
  ({ page }: Gallery): Promise<void> =>
    page.getByText(text).first().waitFor();

const pictured: readonly Picture[] = [
  ...(Object.keys(scenarios) as ScenarioName[]).map((scenario) => ({ name: scenario, scenario })),
  { name: 'keyboard-focus', scenario: 'ordinary', act: press('ArrowDown', 'ArrowDown') },
  {
    name: 'expanded-cause',
    scenario: 'one-trouble',
    act: ({ page }) => page.getByRole('button', { name: 'No ready pod' }).click(),
  },
  { name: 'filter', scenario: 'ordinary', act: press('r', 'e') },
  { name: 'filter-without-match', scenario: 'ordinary', act: press('z', 'z') },
  { name: 'filter-by-state', scenario: 'ordinary', act: press(':', 'o', 'f', 'f') },
  {
    name: 'only-trouble',
    scenario: 'two-hundred-with-troubles',
    act: ({ page }) => page.locator('.headline-button').click(),
  },
  { name: 'hover', scenario: 'ordinary', act: ({ page }) => page.locator('[data-name=warehouse]').hover() },
  { name: 'folded-groups', scenario: 'ordinary', act: click('database') },
  { name: 'row-menu', scenario: 'ordinary', act: press('ArrowDown', 'Control+k') },
  { name: 'app-menu', scenario: 'ordinary', act: click('More') },
  {
    name: 'production-guard',
    scenario: 'guarded',
    act: ({ page }) => page.getByRole('switch', { name: 'orders' }).click(),
  },
  { name: 'undo-bar', scenario: 'ordinary', act: all(press('ArrowDown', 'Backspace'), see('Removed')) },
  { name: 'details', scenario: 'ordinary', act: all(press('ArrowDown', 'ArrowRight'), see('Outages')) },
  {
    name: 'details-in-trouble',
    scenario: 'ordinary',
    act: all(press('ArrowDown', 'ArrowDown', 'ArrowRight'), see('Outages')),
  },
  { name: 'log', scenario: 'ordinary', act: all(press('ArrowDown', 'Control+l'), see('recovered')) },
  { name: 'log-empty', scenario: 'empty-log', act: all(press('ArrowDown', 'Control+l'), see('Nothing')) },
  {
    name: 'doctor',
    scenario: 'ordinary',
    act: all(
      click('More'),
      ({ page }) => page.getByRole('menuitem', { name: 'Doctor' }).click(),
      see('Versions'),
    ),
  },
  {
    name: 'about',
    scenario: 'ordinary',
    act: all(click('More'), ({ page }) => page.getByRole('menuitem', { name: 'About' }).click()),
  },
  { name: 'form-kubernetes', scenario: 'ordinary', act: all(openForm, fill({ ...kubeValues, ...names })) },
  {
    name: 'form-ssh',
    scenario: 'ordinary',
    act: all(
      openForm,
      chooseKind('SSH'),
      fill({ 'SSH host': 'bastion', 'Target host': 'db', 'Remote port': '5432', ...names }),
    ),
  },
  {
    name: 'form-tcp',
    scenario: 'ordinary',
    act: all(
      openForm,
      chooseKind('TCP'),
      fill({ Host: 'nas', 'Remote port': '80', Name: 'nas', 'Local port': '8080' }),
    ),
  },
  {
    name: 'form-command',
    scenario: 'ordinary',
    act: all(
      openForm,
      chooseKind('Command'),
      fill({ Command: 'proxy --port {local_port} shop', Name: 'proxy', 'Local port': '3306' }),
    ),
  },
  {
    name: 'form-errors',
    scenario: 'form-with-errors',
    act: all(openForm, fill(names), see('Used by'), click('Add'), see('Fix the 3 errors above')),
  },
  {
    name: 'form-test-running',
    scenario: 'form-testing',
    act: all(openForm, fill({ ...kubeValues, ...names }), click('Test')),
  },
  {
    name: 'form-tested',
    scenario: 'ordinary',
    act: all(openForm, fill({ ...kubeValues, ...names }), click('Test'), see('Connected in')),
  },
  {
    name: 'form-test-has-failed',
    scenario: 'form-test-failed',
    act: all(openForm, fill({ ...kubeValues, ...names }), click('Test'), see('Check that')),
  },
  {
    name: 'form-suggestions',
    scenario: 'ordinary',
    act: all(openForm, see('Context'), ({ page }) => page.locator('input[aria-label=Context]').fill('p')),
  },
  {
    name: 'form-more',
    scenario: 'ordinary',
    act: all(
      openForm,
      fill({ ...kubeValues, ...names }),
      ({ page }) => page.getByRole('button', { name: 'More', exact: true }).click(),
      fill({ 'Clients wait': '30s' }),
    ),
  },
  { name: 'form-edit', scenario: 'ordinary', act: all(press('ArrowDown', 'Control+e'), see('Remove')) },
  {
    name: 'import-kubernetes',
    scenario: 'welcome',
    act: all(({ page }) => page.getByRole('button', { name: 'From Kubernetes' }).click(), see('kafka')),
  },
  {
    name: 'import-ssh',
    scenario: 'welcome',
    act: all(({ page }) => page.getByRole('button', { name: 'From SSH' }).click(), see('warehouse')),
  },
  {
    name: 'import-partly-refused',
    scenario: 'form-with-errors',
    act: all(
      click('More'),
      ({ page }) => page.getByRole('menuitem', { name: 'Import from Kubernetes…' }).click(),
      click('Add 4 Forwards'),
      see('Port 9092'),
    ),
  },
  {
    name: 'sign-in',
    scenario: 'shared-cause',
    act: all(
      click('Sign In…', 'Sign In'),
      ({ push }) => push('remedy:lines', ['Attempting to open the SSO page …', 'Successfully logged in']),
      see('Signed in'),
    ),
  },
  {
    name: 'output',
    scenario: 'ordinary',
    act: all(
      ({ page }) => page.locator('[data-name=redis]').getByRole('button', { name: 'Show Pods' }).click(),
      ({ push }) =>
        push('remedy:lines', [
          'NAME      READY   STATUS             RESTARTS      AGE',
          'redis-0   0/1     CrashLoopBackOff   12 (3m ago)   41m',
        ]),
      see('CrashLoopBackOff'),
    ),
  },
  {
    name: 'host-key',
    scenario: 'needs-user',
    act: all(click('Trust Host Key…'), see('Trusted until now')),
  },
  {
    name: 'add-key',
    scenario: 'adding-a-key',
    act: all(click('Add Key to Agent…'), see('Waiting for the passphrase')),
  },
  {
    name: 'choose-context',
    scenario: 'context-missing',
    act: all(click('Choose Context…'), see('minikube')),
  },
  {
    name: 'details-of-another-context',
    scenario: 'other-context',
    act: all(press('ArrowDown', 'ArrowRight'), see('current context is')),
  },
  { name: 'settings', scenario: 'ordinary', act: openSettings },
  { name: 'settings-need-approval', scenario: 'login-needs-approval', act: openSettings },
  { name: 'settings-of-an-installed-app', scenario: 'installed-on-a-mac', act: installCommand },
  { name: 'settings-away-from-applications', scenario: 'away-from-applications', act: openSettings },
  { name: 'settings-of-an-app-that-updates-itself', scenario: 'updates-itself', act: openSettings },
  {
    name: 'reviewed-config',
    scenario: 'untrusted-config',
    act: all(click('Review'), ({ page }) =>
      page.getByRole('button', { name: 'Trust', exact: true }).waitFor(),
    ),
  },
];

/** The ones that are also drawn with text of twice the usual size. */
const alsoLarge: ReadonlySet<string> = new Set([
  'ordinary',
  'long-names',
  'one-trouble',
  'two-hundred-with-troubles',
  'welcome',
  'broken-config',
  'form-kubernetes',
  'form-errors',
  'import-kubernetes',
  'details',
  'log',
  'settings',
  'row-menu',
  'undo-bar',
  'production-guard',
  'right-to-left',
  'folded-groups',
  'shared-cause',
  'prompt',
  'waiting-for-sign-in',
  'checking',
  'all-off',
  'form-ssh',
  'form-more',
  'link-asks',
  'app-menu',
  'form-tcp',
  'form-command',
  'form-test-running',
  'form-test-has-failed',
  'about',
  'doctor',
]);
const drawn: readonly Picture[] = pictured.flatMap((picture) => [
  picture,
  ...(alsoLarge.has(picture.name) ? [{ ...picture, name: `${picture.name}-large-text`, textScale: 2 }] : []),
]);

test.describe('every state of the popover', () => {
  let gallery: Gallery;
  test.beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    gallery = await openGallery(2);
  });
  test.afterAll(async () => {
    if (isRenewing) known.save();
    await gallery.close();
  });

  for (const { name, scenario, textScale = 1, act } of drawn) {
    for (const scheme of ['light', 'dark'] as const) {
      test(`${name}, ${scheme}: fits its width, is readable, follows all rules of the page`, async () => {
        const { page } = gallery;
        await gallery.open(scenario, { scheme, textScale });
        await gallery.fit();
        await act?.(gallery);
        const height = await gallery.fit();
        const title = `${name}-${scheme}`;
        const png = await gallery.picture(path.join(pictures, `${title}.png`));
        const still = await stillOf(page, png);
        if (isRenewing) known.set(title, still);
        const expected = known.get(title);

        expect(height).toBeLessThanOrEqual(560);
        expect(await overflowing(gallery)).toEqual([]);
        expect(await textsBelow(page, leastContrast)).toEqual([]);
        expect(await nameless(gallery)).toEqual([]);
        expect(gallery.complaints).toEqual([]);
        expect(await accessibilityFindings(page)).toEqual([]);
        expect(expected === undefined ? 'never looked at' : differenceOf(expected, still)).toBeNull();
      });
    }
  }
});

/** Parts that overflow the window horizontally. */
const overflowing = ({ page }: Gallery): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *:not(.visually-hidden)')]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -0.5 || right > innerWidth + 0.5);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );

/** Controls without an accessible name. */
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
