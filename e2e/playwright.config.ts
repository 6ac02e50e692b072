import { defineConfig } from 'playwright/test';

export default defineConfig({
  testDir: 'specs',
  outputDir: '../.cache/e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A test that fails now and then has found something: it is not tried again.
  retries: 0,
  // One app at a time: on two cores, deadlines measured beside another Electron would say nothing.
  workers: 1,
  forbidOnly: true,
  // Its file is named by PLAYWRIGHT_JSON_OUTPUT_FILE (build/test.mjs).
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] === undefined ? 'line' : [['line'], ['json']],
});
