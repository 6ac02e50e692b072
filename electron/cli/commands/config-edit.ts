import { existsSync } from 'node:fs';
import { writeStarterConfig } from '../../core/config/starter-config.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { editByHand } from '../config-by-hand.ts';
import { withEditing } from '../service-editing.ts';

/** Opens the config in use, or the default one. If it does not exist yet, it is created after a question. */
export const configEdit: Action = (context) =>
  withEditing(context, async (editing) => {
    if (!existsSync(editing.path)) await offerStarterConfig(context, editing.path);
    return editByHand(context, editing, { name: null, line: 1, again: 'localport config edit' });
  });

async function offerStarterConfig({ confirm, paths }: CommandContext, file: string): Promise<void> {
  const isWanted = await confirm?.(`There is no ${file} yet. Create it? [y/N] `);
  if (isWanted !== true)
    throw new CommandFailure('there is no config file', { hint: 'To create one: localport config init' });
  await writeStarterConfig(file, { stateDirectory: paths.stateDirectory });
}
