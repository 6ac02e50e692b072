import { defineConfig } from 'playwright/test';

const gallery = '**/popover-gallery.spec.ts';

export default defineConfig({
  testDir: 'specs',
  // The desktop of the other specs is a Linux one, played on a D-Bus.
  ...(process.platform === 'darwin' ? { testMatch: /(mac|popover)-[\w-]+\.spec\.ts$/ } : {}),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A test that fails now and then has found something: it is not tried again.
  retries: 0,
  workers: 2,
  projects: [
    // One app at a time: on two cores, deadlines measured beside another Electron would say nothing.
    { name: 'app', testIgnore: gallery, outputDir: '../.cache/e2e/app', workers: 1 },
    // Pictures have no deadlines. When they are renewed, each worker would write the file of all stills.
    {
      name: 'gallery',
      testMatch: gallery,
      outputDir: '../.cache/e2e/gallery',
      fullyParallel: true,
      workers: process.env['LOCALPORT_STILLS'] === undefined ? 2 : 1,
    },
  ],
  forbidOnly: true,
  // The report's file is named by PLAYWRIGHT_JUNIT_OUTPUT_FILE (build/test.mjs).
  reporter: process.env['PLAYWRIGHT_JUNIT_OUTPUT_FILE'] === undefined ? 'line' : [['line'], ['junit']],
});
