/** The config file that a command line means. Reads no config: reading one costs YAML and schemas, 25 ms. */
import {
  skippedNotice,
  findConfig,
  type FoundConfig,
  type SearchResult,
} from '../core/config/config-search.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { answerOf } from './host-connection.ts';

export const findConfigFile = (context: CommandContext): FoundConfig | null => searchConfig(context).found;

/** The same for the command's own use: reports skipped files of other users. */
export function chooseConfigFile(context: CommandContext): FoundConfig | null {
  const { found, skipped } = searchConfig(context);
  context.tell(...skipped.map(skippedNotice));
  return found;
}

export const searchConfig = ({
  options,
  env,
  workingDirectory,
  homeDirectory,
  uid,
}: CommandContext): SearchResult =>
  findConfig({ option: options.config, env, workingDirectory, homeDirectory, uid });

/** Called before anything from a config found in this folder runs. Only that loads YAML and schemas. */
export async function requireTrustIn(context: CommandContext, found: FoundConfig | null): Promise<void> {
  if (found?.foundBy !== 'folder') return;
  const { requireTrust } = await import('./config-trust.ts');
  await requireTrust(context, found.path);
}

/** The file given by option or variable, absolute; null: none was given, and one is searched for. */
export function namedConfig(context: CommandContext): string | null {
  const found = findConfigFile(context);
  return found === null || found.foundBy === 'search' || found.foundBy === 'folder' ? null : found.path;
}

/** A user who names a config must not silently continue with another one. */
export async function refuseOtherConfig(context: CommandContext, client: ControlClient): Promise<void> {
  if (context.options.config === undefined) return;
  const { config } = answerOf(await client.request('snapshot', {}));
  const named = namedConfig(context);
  if (config.path === named) return;
  client.close();
  throw new CommandFailure(`LocalPort is already running, with ${config.path ?? 'another config'}`, {
    hint: `To change over: localport daemon restart --config ${named ?? ''}`,
  });
}
