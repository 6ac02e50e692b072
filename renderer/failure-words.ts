/** The message of a failed request, which main sends as a sentence. */
export const wordsOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
