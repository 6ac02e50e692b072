import type { Action } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { exitCode } from '../exit-code.ts';
import { doneOrFailure, reportEdit } from '../output/edit-outcome.ts';
import { editAnswer, withEditing } from '../service-editing.ts';

export interface RemoveOptions {
  readonly yes?: true;
}

/** Removes a service from the config. */
export const remove: Action<RemoveOptions> = (context, { yes }, [name = '']) =>
  withEditing(context, async (editing) => {
    const { editor, path } = editing;
    editAnswer(await editor.read({ name }));
    if (yes !== true) {
      if (context.confirm === undefined) throw usageFailure('there is no terminal to ask at', 'Add --yes.');
      if (!(await context.confirm(`Remove ${name} from ${path}? [y/N] `)))
        throw new CommandFailure(`${name} was not removed`);
    }
    const removed = doneOrFailure(`${name} was not removed`, editAnswer(await editor.remove({ name })));
    await reportEdit(context, editing, { ...removed, what: `removed ${name}` });
    return exitCode.ok;
  });
