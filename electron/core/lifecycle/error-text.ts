/** For the log: with the stack, which shows where the bug is. */
export const errorWithStack = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** The message alone, for use in a sentence. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
