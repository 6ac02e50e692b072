/** For the log: with the stack, which tells where the bug is. */
export const errorWithStack = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** For a sentence. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
