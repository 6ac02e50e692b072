// What the set-up says: one line for each long step, and one line for a failure that the reader can act on.

/** A failure whose message says all that its reader needs: shown without a stack. */
export class SetUpError extends Error {}

/** @param {string} text */
export const announce = (text) => console.log(`[set-up] ${text}`);

/** @param {unknown} error @returns {unknown} what to print of it */
export const messageOf = (error) => (error instanceof SetUpError ? error.message : error);

/** Runs a script's main function; a SetUpError becomes one line and exit code 1.
 * @param {() => Promise<number>} main returns the exit code */
export const runMain = async (main) => {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
};
