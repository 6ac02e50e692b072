import { type OpenResources, openedSince } from './open-resources.ts';

/** A socket that was destroyed and a child that was killed are gone within a few turns of the event loop. */
const settleMs = 1_000;
const pollMs = 10;

/** Fails with the names of resources that were not in `before` and do not close within `settleMs`. */
export async function expectNothingLeftOpen(before: OpenResources): Promise<void> {
  const deadline = performance.now() + settleMs;
  let leaks = openedSince(before);
  while (leaks.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    leaks = openedSince(before);
  }
  if (leaks.length === 0) return;
  throw new Error(
    `still open after the last test:\n${leaks.map((leak) => `  ${leak}\n`).join('')}\n\`vitest --detect-async-leaks\` shows where it was opened.`,
  );
}
