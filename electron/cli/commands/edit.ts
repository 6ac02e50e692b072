import { readFile } from 'node:fs/promises';
import type { ServiceDraft, ServiceEdit } from '../../../shared/service-edit.ts';
import { draftChanges, tidyDraft } from '../../core/config/edit/draft-changes.ts';
import { nameOf, withDraftValue } from '../../core/config/edit/draft-path.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { readConfig } from '../configured-services.ts';
import { readAssignment, readPath, withOptions, type DraftOptions } from '../draft-options.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { answerOf } from '../host-connection.ts';
import { doneOrFailure, reportEdit } from '../output/edit-outcome.ts';
import { problemLines } from '../output/problem-lines.ts';
import { editAnswer, withEditing, type Editing } from '../service-editing.ts';
import { openTextEditor } from '../text-editor.ts';
import { requireTest, showEdit } from './add.ts';

export type EditOptions = DraftOptions & {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly dryRun?: true;
  readonly test?: true;
};

/** Changes fields of a service, or opens the config where the service stands. */
export const edit: Action<EditOptions> = (context, options, [name = '']) =>
  withEditing(context, async (editing) => {
    const { draft: basedOn, line } = editAnswer(await editing.editor.read({ name }));
    const draft = changed(basedOn, options);
    const isAsked = draftChanges(tidyDraft(basedOn), tidyDraft(draft)).length > 0;
    if (!isAsked && !hasFields(options)) return editByHand(context, editing, { name, line });
    const wanted: ServiceEdit = { draft, basedOn };
    if (options.dryRun === true) return showEdit(context, editing, wanted);
    if (!isAsked) {
      context.say(`${name} has these values already`);
      return exitCode.ok;
    }
    if (options.test === true) await requireTest(context, editing, wanted);
    const saved = doneOrFailure(`${name} was not changed`, editAnswer(await editing.editor.save(wanted)));
    const what = nameOf(draft) === name ? `changed ${name}` : `renamed ${name} to ${saved.name}`;
    await reportEdit(context, editing, { ...saved, what });
    return exitCode.ok;
  });

function changed(basedOn: ServiceDraft, { set = [], unset = [], ...options }: EditOptions): ServiceDraft {
  const withFields = set
    .map(readAssignment)
    .reduce(
      (draft, [path, value]) => withDraftValue(draft, path, value),
      withOptions(basedOn, options, null),
    );
  return unset.reduce(
    (draft, field) => withDraftValue(draft, readPath('--unset', field), undefined),
    withFields,
  );
}

const hasFields = (options: EditOptions): boolean =>
  Object.values(options).some((value) => value !== undefined);

/** The text editor may take as long as it likes; what it leaves is checked. */
async function editByHand(
  context: CommandContext,
  editing: Editing,
  { name, line }: { readonly name: string; readonly line: number },
): Promise<ExitCode> {
  if (context.prompt === undefined)
    throw usageFailure(
      'no field is given',
      `Name one: localport edit ${name} --local-port 5433, or --set FIELD=VALUE.`,
    );
  const { path, client } = editing;
  const before = await readFile(path, 'utf8');
  await openTextEditor(context, { path, line });
  if ((await readFile(path, 'utf8').catch(() => '')) === before) {
    context.say('nothing was changed');
    return exitCode.ok;
  }
  const loaded = await readConfig(context, path);
  const problems = loaded.ok ? loaded.value.warnings : loaded.error;
  context.complain(...problemLines({ path, problems }, context.complaintPalette));
  if (client !== null) answerOf(await client.request('reload', {}));
  if (!loaded.ok)
    throw new CommandFailure(`${path} has errors`, { hint: `Fix them: localport edit ${name}` });
  await reportEdit(context, editing, { what: `changed ${path}`, name, line: null });
  return exitCode.ok;
}
