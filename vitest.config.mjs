import { defineConfig } from 'vitest/config';
import { readPackageJson } from './build/paths.mjs';

const ignored = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];
const everyTest = '**/*.test.{ts,tsx}';
const integrationTests = '**/*.integration.test.{ts,tsx}';

export default defineConfig({
  define: { __LOCALPORT_VERSION__: JSON.stringify(readPackageJson().version) },
  test: {
    passWithNoTests: true,
    // Or esbuild's `buildSync` leaves its compiler running, in a thread of its own.
    // On a Mac the folder for temporary files has so long a name that no socket fits below it, and /tmp is a link.
    env: {
      ESBUILD_WORKER_THREADS: '0',
      ...(process.platform === 'darwin' ? { TMPDIR: '/private/tmp' } : {}),
    },
    setupFiles: ['./electron/core/testing/leak-check-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: [everyTest],
          exclude: [...ignored, integrationTests],
          maxWorkers: 2,
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        // Real servers and children: processes, so that signals and working directories are each file's own, and
        // only two at a time, so that deadlines mean the same on a small machine.
        test: {
          name: 'integration',
          sequence: { groupOrder: 1 },
          include: [integrationTests],
          exclude: ignored,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
