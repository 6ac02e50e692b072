/**
 * Tracks what is open, to find leaks. Only the tests set a tracker (testing/leak-check.ts); without one, a call costs a
 * comparison.
 */
export interface LifetimeTracker {
  opened(thing: object, describe: () => string): void;
  closed(thing: object): void;
}

let tracker: LifetimeTracker | null = null;

export function setLifetimeTracker(next: LifetimeTracker | null): void {
  tracker = next;
}

export function markOpened(thing: object, describe: () => string): void {
  tracker?.opened(thing, describe);
}

/** Idempotent. */
export function markClosed(thing: object): void {
  tracker?.closed(thing);
}
