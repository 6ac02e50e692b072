/** What a request that failed says: main tells the popover in sentences. */
export const wordsOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
