import { defineConfig } from 'playwright/test';

export default defineConfig({
  testDir: 'specs',
  // The desktop of the other specs is a Linux one, played on a D-Bus.
  ...(process.platform === 'darwin' ? { testMatch: /(mac|popover)-[\w-]+\.spec\.ts$/ } : {}),
  outputDir: '../.cache/e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A test that fails now and then has found something: it is not tried again.
  retries: 0,
  // One app at a time: on two cores, deadlines measured beside another Electron would say nothing.
  workers: 1,
  forbidOnly: true,
  // The report's file is named by PLAYWRIGHT_JUNIT_OUTPUT_FILE (build/test.mjs).
  reporter: process.env['PLAYWRIGHT_JUNIT_OUTPUT_FILE'] === undefined ? 'line' : [['line'], ['junit']],
});
