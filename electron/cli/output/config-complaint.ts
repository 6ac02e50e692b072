import type { ConfigProblem, ConfigState } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { problemLines } from './problem-lines.ts';
import { reviewLines } from './review-lines.ts';

/**
 * Reports a config with errors, with all of them, beside the answer. `consequence`: what that means for running
 * services.
 */
export function complainOfConfig(context: CommandContext, config: ConfigState, consequence = ''): void {
  const what =
    config.status === 'partial'
      ? 'has errors; the other services are not affected'
      : `is broken${consequence}`;
  context.tell(`config ${config.path ?? ''} ${what}`, ...problemLines(config, context.complaintPalette));
}

/** The same for a config that is not trusted: what it would run, and how to trust it. */
export function complainOfTrust(context: CommandContext, config: ConfigState, consequence = ''): void {
  const { path, review } = config;
  const what = review?.isChanged === true ? 'changed: review and trust' : 'is not trusted: review and trust';
  context.tell(
    `config ${path ?? ''} ${what}${consequence}. It would run:`,
    ...(review === undefined ? [] : reviewLines(review)),
    `To trust it: localport trust ${shellWord(path ?? '')}`,
  );
}

/** Names the config in use, beside the answer, unless it is the default one. */
export function tellConfigInUse({ paths, tell }: CommandContext, { status, path }: ConfigState): void {
  if (status !== 'welcome' && path !== null && path !== paths.defaultConfigPath) tell(`config: ${path}`);
}

/** The same if there is no answer without a config. */
export const brokenConfig = (
  { complaintPalette }: CommandContext,
  path: string,
  problems: readonly ConfigProblem[],
): CommandFailure =>
  new CommandFailure(`${path} is broken`, {
    hint: problemLines({ path, problems }, complaintPalette).join('\n'),
  });
