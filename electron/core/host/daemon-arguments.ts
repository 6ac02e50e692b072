import path from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../../shared/result.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import { logLevels, type LogLevel } from '../observability/log-writer.ts';

export interface DaemonArguments {
  /** Absolute; null: search the usual places. */
  readonly config: string | null;
  /** A config that a search found in a folder, so that it needs the user's trust. */
  readonly folderConfig: string | null;
  readonly logLevel: LogLevel;
  /** Prints services as they change; otherwise only a failed start is reported. */
  readonly foreground: boolean;
  /** Exits without failure if another LocalPort is running: for service managers that restart after failures. */
  readonly unlessRunning: boolean;
  /** Services stay off until the user turns them on, for this run. */
  readonly allOff: boolean;
}

/** The error is a sentence with the usage. */
export function parseDaemonArguments(argv: readonly string[], cwd: string): Result<DaemonArguments, string> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string', short: 'c' },
        'folder-config': { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        foreground: { type: 'boolean', default: false },
        'unless-running': { type: 'boolean', default: false },
        'all-off': { type: 'boolean', default: false },
      },
    });
    const { foreground, 'unless-running': unlessRunning, 'all-off': allOff } = values;
    if (values.config === '') return refuse('--config names no file');
    if (values['folder-config'] === '') return refuse('--folder-config names no file');
    const absolute = (file: string | undefined): string | null =>
      file === undefined ? null : path.resolve(cwd, file);
    const config = absolute(values.config);
    const folderConfig = absolute(values['folder-config']);
    const logLevel = logLevels.find((level) => level === values['log-level']);
    if (logLevel === undefined) return refuse(`there is no log level "${values['log-level']}"`);
    return ok({ config, folderConfig, logLevel, foreground, unlessRunning, allOff });
  } catch (error) {
    return refuse(errorMessage(error));
  }
}

/** Without the options that only the command passes on: `--folder-config` and `--all-off`. */
const refuse = (why: string): Result<never, string> =>
  err(
    `${why}\nusage: daemon [--config FILE] [--log-level ${logLevels.join('|')}] [--foreground] [--unless-running]`,
  );
