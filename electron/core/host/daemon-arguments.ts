import path from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../../shared/result.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import { logLevels, type LogLevel } from '../observability/log-writer.ts';

export interface DaemonArguments {
  /** Absolute; null: the usual places are searched. */
  readonly config: string | null;
  readonly logLevel: LogLevel;
  /** Prints services as they change; otherwise nothing but a start that failed is told. */
  readonly foreground: boolean;
  /** Another LocalPort that runs is no failure: for managers that start again whatever fails. */
  readonly unlessRunning: boolean;
  /** Services stay off until somebody turns them on, for this run. */
  readonly allOff: boolean;
}

/** The error is a sentence with the usage. */
export function parseDaemonArguments(argv: readonly string[], cwd: string): Result<DaemonArguments, string> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string', short: 'c' },
        'log-level': { type: 'string', default: 'info' },
        foreground: { type: 'boolean', default: false },
        'unless-running': { type: 'boolean', default: false },
        'all-off': { type: 'boolean', default: false },
      },
    });
    const { foreground, 'unless-running': unlessRunning, 'all-off': allOff } = values;
    if (values.config === '') return refuse('--config names no file');
    const config = values.config === undefined ? null : path.resolve(cwd, values.config);
    const logLevel = logLevels.find((level) => level === values['log-level']);
    if (logLevel === undefined) return refuse(`there is no log level "${values['log-level']}"`);
    return ok({ config, logLevel, foreground, unlessRunning, allOff });
  } catch (error) {
    return refuse(errorMessage(error));
  }
}

const refuse = (why: string): Result<never, string> =>
  err(
    `${why}\nusage: daemon [--config FILE] [--log-level ${logLevels.join('|')}] [--foreground] [--unless-running] [--all-off]`,
  );
