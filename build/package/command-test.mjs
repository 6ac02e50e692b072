// Tests the command of the packaged app, in an empty home, without Node and without a display.
import { commandEnvironment, withEmptyHome } from './empty-home.mjs';

const deadlineMs = 60_000;

/** @typedef {{ readonly code: number, readonly out: string, readonly err: string }} Answer */

/** @param {string} script @param {NodeJS.ProcessEnv} env */
const runner =
  (script, env) =>
  /** @param {readonly string[]} args @param {string} [input] @returns {Promise<Answer>} */
  async (args, input = '') => {
    const { execa } = await import('execa');
    const options = { env, extendEnv: false, input, reject: false, timeout: deadlineMs };
    const { exitCode, stdout, stderr } = await execa(script, args, options);
    return { code: exitCode ?? -1, out: stdout, err: stderr };
  };

/** @param {string} script @param {{ readonly version: string }} expected
 * @returns {Promise<readonly string[]>} what is wrong, in sentences; empty when nothing is */
export const commandTest = (script, { version }) =>
  withEmptyHome(async (home) => {
    const env = await commandEnvironment(home);
    const run = runner(script, env);
    /** @type {string[]} */
    const complaints = [];
    /** @param {readonly string[]} args @param {Partial<Answer>} wanted @param {string} [input] */
    const expect = async (args, wanted, input) => {
      const answer = await run(args, input);
      const isAsWanted = Object.entries(wanted).every(
        ([key, value]) => answer[/** @type {keyof Answer} */ (key)] === value,
      );
      if (!isAsWanted) complaints.push(`localport ${args.join(' ')}: ${JSON.stringify(answer)}`);
    };
    await expect(['--version'], { code: 0, out: version, err: '' });
    await expect(['strat'], { code: 2, out: '' });
    await expect(['__complete', 'tog'], { code: 0, out: 'toggle', err: '' });
    const page = await run(['docs', 'json']);
    if (page.code !== 0 || !page.out.includes('next_retry_at'))
      complaints.push(`localport docs json: ${JSON.stringify(page)}`);
    // A Chromium switch is a usage error of the command, and has no effect.
    await expect(['--remote-debugging-port=0'], { code: 2, out: '' });
    await expect(['config', 'init', '--quiet'], { code: 0, err: '' });
    await expect(['daemon', 'start', '--quiet'], { code: 0, out: '', err: '' });
    await expect(['daemon', 'status', '--quiet'], { code: 0, err: '' });
    const watch = await watchUntilInterrupted(script, env);
    if (watch !== 130)
      complaints.push(`localport status --watch ended with ${watch} on SIGINT, not with 130`);
    await expect(['daemon', 'stop', '--quiet'], { code: 0, err: '' });
    await expect(['daemon', 'status', '--quiet'], { code: 1 });
    return complaints;
  });

/** @param {string} script @param {NodeJS.ProcessEnv} env @returns {Promise<number | undefined>} its exit code */
const watchUntilInterrupted = async (script, env) => {
  const { execa } = await import('execa');
  const watch = execa(script, ['status', '--watch'], {
    env,
    extendEnv: false,
    reject: false,
    timeout: deadlineMs,
  });
  // Once it prints, it listens to signals.
  watch.stdout.once('data', () => watch.kill('SIGINT'));
  return (await watch).exitCode;
};
