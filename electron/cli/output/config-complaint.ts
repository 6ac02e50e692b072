import type { ConfigState } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { problemLines } from './problem-lines.ts';

/** Tells of a broken config with all its faults, beside the answer. `consequence`: what that means for what runs. */
export function complainOfConfig(context: CommandContext, config: ConfigState, consequence = ''): void {
  context.tell(
    `config ${config.path ?? ''} is broken${consequence}`,
    ...problemLines(config, context.palette),
  );
}
