/** Every test file closes what it opens (vitest.config.mjs, `setupFiles`). */
import { afterAll } from 'vitest';
import { expectNothingLeftOpen } from './leak-check.ts';
import { openResources, trackOpenResources } from './open-resources.ts';

trackOpenResources();
const before = openResources();

// Registered before the hooks of the file, so it runs after all of them.
afterAll(() => expectNothingLeftOpen(before));
