/** The config as a command reads it itself: without a host, or to check it. */
import type { ConfigProblem } from '../../shared/service-snapshot.ts';
import type { Result } from '../../shared/result.ts';
import { loadConfig, type ReadConfig } from '../core/config/config-loader.ts';
import { inProcess } from '../core/config/in-process-compiler.ts';
import type { FoundConfig } from '../core/config/config-search.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { chooseConfigFile } from './config-choice.ts';

/** The path of the config; a failure names the default path. */
export function requireConfigFile(context: CommandContext): FoundConfig {
  const found = chooseConfigFile(context);
  if (found !== null) return found;
  throw new CommandFailure('there is no config file', {
    hint: `It belongs in ${context.paths.defaultConfigPath}: localport config init writes one.`,
  });
}

export const readConfig = (
  { env, homeDirectory, uid }: CommandContext,
  path: string,
): Promise<Result<ReadConfig, readonly ConfigProblem[]>> =>
  loadConfig(path, { env, homeDirectory, uid }, inProcess);
