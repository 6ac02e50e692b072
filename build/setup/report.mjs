// The output of the setup: one line for each long step, and one line for a failure that the reader can act on.

/** A failure whose message says everything that its reader needs: shown without a stack. */
export class SetUpError extends Error {}

/** @param {string} text */
export const announce = (text) => console.log(`[set-up] ${text}`);

const slowMs = 2_000;
const stillMs = 10_000;

/** Reports a step that takes longer than 2 s or has progress to tell, then every 10 s while it continues, and how long it
 * took. The step itself announces nothing.
 * @template T @param {string} what @param {(tell: (progress: string) => void) => Promise<T>} work @returns {Promise<T>} */
export const withProgress = async (what, work) => {
  const startedAt = performance.now();
  const seconds = () => `${Math.round((performance.now() - startedAt) / 1_000)} s`;
  const told = { isBegun: false };
  const begin = () => {
    if (!told.isBegun) announce(`${what} …`);
    told.isBegun = true;
  };
  const first = setTimeout(begin, slowMs);
  const again = setInterval(() => announce(`${what}: still at it after ${seconds()}`), stillMs);
  try {
    const result = await work((progress) => {
      begin();
      announce(`  ${progress}`);
    });
    if (told.isBegun) announce(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
};

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
