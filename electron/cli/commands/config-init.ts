import { mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { digestOf, TrustStore } from '../../core/config/trust-store.ts';
import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode } from '../exit-code.ts';
import { starterConfig } from '../starter-config.ts';
import { jsonLines } from '../output/json-lines.ts';

export interface ConfigInitOptions {
  readonly force?: true;
}

/** Writes a config to begin with where `--config` says, else where a config belongs. */
export const configInit: Action<ConfigInitOptions> = async (context, { force }) => {
  const { options, workingDirectory, paths } = context;
  const file =
    options.config === undefined ? paths.defaultConfigPath : path.resolve(workingDirectory, options.config);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, starterConfig, { mode: 0o600, flag: force === true ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new CommandFailure(`${file} cannot be written: ${message}`);
    throw new CommandFailure(`${file} already exists`, { hint: 'To overwrite it, add --force.' });
  }
  // Ours to begin with, also where it is found in a folder later.
  const realPath = await realpath(file);
  await new TrustStore(paths.stateDirectory)
    .trust({ realPath, digest: digestOf(starterConfig) })
    .catch(() => undefined);
  context.print(...(context.format === 'json' ? jsonLines({ path: file }) : [file]));
  return exitCode.ok;
};
