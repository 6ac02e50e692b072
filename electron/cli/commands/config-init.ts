import path from 'node:path';
import { writeStarterConfig } from '../../core/config/starter-config.ts';
import { unwritable } from '../../core/files/write-failure.ts';
import { errorMessage } from '../../core/lifecycle/error-text.ts';
import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode } from '../exit-code.ts';
import { jsonLines } from '../output/json-lines.ts';

export interface ConfigInitOptions {
  readonly force?: true;
}

/** Writes a starter config to the path in `--config`, otherwise to the default path. */
export const configInit: Action<ConfigInitOptions> = async (context, { force = false }) => {
  const { options, workingDirectory, paths } = context;
  const file =
    options.config === undefined ? paths.defaultConfigPath : path.resolve(workingDirectory, options.config);
  const { stateDirectory } = paths;
  const isWritten = await writeStarterConfig(file, { stateDirectory, overwrite: force }).catch(
    (error: unknown) => {
      throw new CommandFailure(unwritable(file, errorMessage(error)));
    },
  );
  if (!isWritten)
    throw new CommandFailure(`${file} already exists`, { hint: 'To overwrite it, add --force.' });
  context.print(...(context.format === 'json' ? jsonLines({ path: file }) : [file]));
  return exitCode.ok;
};
