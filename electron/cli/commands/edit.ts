import type { ServiceDraft, ServiceEdit } from '../../../shared/service-edit.ts';
import { draftChanges, tidyDraft } from '../../core/config/edit/draft-changes.ts';
import { nameOf, withDraftValue } from '../../core/config/edit/draft-path.ts';
import type { Action } from '../command-context.ts';
import { usageFailure, type CommandFailure } from '../command-failure.ts';
import { editByHand } from '../config-by-hand.ts';
import { readAssignment, readPath, withOptions, type DraftOptions } from '../draft-options.ts';
import { exitCode } from '../exit-code.ts';
import { doneOrFailure, reportEdit } from '../output/edit-outcome.ts';
import { editAnswer, withEditing } from '../service-editing.ts';
import { requireTest, showEdit } from './add.ts';

export type EditOptions = DraftOptions & {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly dryRun?: true;
  readonly test?: true;
};

/** Changes fields of a service, or opens the config at the service. */
export const edit: Action<EditOptions> = (context, options, [name = '']) =>
  withEditing(context, async (editing) => {
    const { draft: basedOn, line } = editAnswer(await editing.editor.read({ name }));
    const draft = changed(basedOn, options);
    const isAsked = draftChanges(tidyDraft(basedOn), tidyDraft(draft)).length > 0;
    if (!isAsked && !hasFields(options)) {
      if (context.prompt === undefined) throw noField(name);
      return editByHand(context, editing, { name, line, again: `localport edit ${name}` });
    }
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

const noField = (name: string): CommandFailure =>
  usageFailure(
    'no field is given',
    `Name one: localport edit ${name} --local-port 5433, or --set FIELD=VALUE.`,
  );

const hasFields = (options: EditOptions): boolean =>
  Object.values(options).some((value) => value !== undefined);
