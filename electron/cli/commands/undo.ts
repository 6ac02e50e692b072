import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode } from '../exit-code.ts';
import { doneOrFailure } from '../output/edit-outcome.ts';
import { jsonLines } from '../output/json-lines.ts';
import { editAnswer, withEditing } from '../service-editing.ts';

/** Reverts LocalPort's last edit of the config. */
export const undo: Action = (context) =>
  withEditing(context, async ({ editor, client }) => {
    const result = editAnswer(await editor.undo({ token: null }));
    // A message is about the undo anyway; findings are about the config.
    if (!result.done && result.findings.length === 0) throw new CommandFailure(result.message);
    const { what, path } = doneOrFailure('nothing was undone', result);
    if (context.format === 'json')
      context.print(...jsonLines({ undone: what, path, in_force: client !== null }));
    else context.say(`undone: ${what} (${path})`);
    return exitCode.ok;
  });
