import type { ConfigProblem, ConfigState } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { problemLines } from './problem-lines.ts';

/** Tells of a config with errors, with all its faults, beside the answer. `consequence`: what that means for what runs. */
export function complainOfConfig(context: CommandContext, config: ConfigState, consequence = ''): void {
  const what =
    config.status === 'partial' ? 'has errors; all other services are running' : `is broken${consequence}`;
  context.tell(`config ${config.path ?? ''} ${what}`, ...problemLines(config, context.complaintPalette));
}

/** Names the config that is used, beside the answer, unless it is where a config belongs. */
export function tellConfigInUse({ paths, tell }: CommandContext, { status, path }: ConfigState): void {
  if (status !== 'welcome' && path !== null && path !== paths.defaultConfigPath) tell(`config: ${path}`);
}

/** The same where there is no answer without a config. */
export const brokenConfig = (
  { complaintPalette }: CommandContext,
  path: string,
  problems: readonly ConfigProblem[],
): CommandFailure =>
  new CommandFailure(`${path} is broken`, {
    hint: problemLines({ path, problems }, complaintPalette).join('\n'),
  });
