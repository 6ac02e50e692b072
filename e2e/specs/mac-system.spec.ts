/** Features that only macOS has, tested in the running app: App Nap and the login item. */
import { expect, test } from 'playwright/test';
import { inMain } from '../fixtures/electron-process.ts';
import { startLoneApp, type LoneApp } from '../fixtures/lone-app.ts';

test.skip(process.platform !== 'darwin', 'only macOS has these');

let app: LoneApp;

test.beforeEach(async () => {
  app = await startLoneApp({ config: 'services: []\n' });
});

test.afterEach(() => app.close());

test('App Nap is off: three minutes without a window, and a timer of 1 s still takes 1 s', async () => {
  test.setTimeout(5 * 60_000);
  const isOff = await inMain(app.electron, async ({ systemPreferences }) =>
    systemPreferences.getUserDefault('NSAppSleepDisabled', 'boolean'),
  );
  expect(isOff).toBe(true);
  const gapsMs = await inMain(
    app.electron,
    async () =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        let last = performance.now();
        const timer = setInterval(() => {
          const now = performance.now();
          gaps.push(now - last);
          last = now;
          if (gaps.length < 180) return;
          clearInterval(timer);
          resolve(gaps);
        }, 1_000);
      }),
  );
  // Measured with App Nap: 8 s.
  expect(median(gapsMs)).toBeLessThan(1_500);
});

test('a login item is read back after it is set', async () => {
  // The app itself sets one only if it is installed; here Electron asks macOS.
  const statuses = await inMain(app.electron, async ({ app: main }) => {
    const statusAfter = (openAtLogin: boolean): string => {
      main.setLoginItemSettings({ openAtLogin });
      return main.getLoginItemSettings().status;
    };
    return { on: statusAfter(true), off: statusAfter(false) };
  });
  expect(statuses.on).toMatch(/^(enabled|requires-approval)$/);
  expect(statuses.off).toMatch(/^(not-registered|not-found)$/);
});

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
