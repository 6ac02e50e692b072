/**
 * The work of editing the text of a config: plain data in and out, so that a worker can do it. Parsing the largest config
 * takes a second, which would block the event loop. Pure.
 */
import { err, ok, type Result } from '../../../../shared/result.ts';
import type { ServiceDraft } from '../../../../shared/service-edit.ts';
import { withValues, type Environment } from '../environment-substitution.ts';
import { editConfigText, lineOfEntry, type ConfigEdit, type EditedText } from './config-edit.ts';
import { nameOf } from './draft-path.ts';
import { readEditable } from './editable-config.ts';
import { textOfEntry } from './entry-text.ts';
import type { Undoable } from './edit-journal.ts';
import { undoInText, undoOf } from './undo-text.ts';

export interface FoundService {
  readonly draft: ServiceDraft;
  readonly line: number;
}

export interface WorkedText extends EditedText {
  /** The service in the new text; null: it is gone. */
  readonly yaml: string | null;
  readonly undo: Undoable;
  /** The names of all services in the former text. */
  readonly formerNames: readonly string[];
}

/** `name`: as LocalPort shows it, with the values of variables. */
export type TextWork =
  | { readonly kind: 'read'; readonly name: string; readonly env: Environment }
  | { readonly kind: 'edit'; readonly edit: ConfigEdit; readonly env: Environment }
  | { readonly kind: 'undo'; readonly record: Undoable };

/** The result of each kind of work. Errors are sentences. */
export interface TextResults {
  readonly read: Result<FoundService, string>;
  readonly edit: Result<WorkedText, string>;
  readonly undo: Result<WorkedText, string>;
}

/** Does the work in any thread. Never rejects. */
export type WorkOnText = <K extends TextWork['kind']>(
  text: string,
  work: Extract<TextWork, { readonly kind: K }>,
) => Promise<TextResults[K]>;

/** In the caller's thread, for a process that has nothing else to do. */
export const workInProcess: WorkOnText = (text, work) =>
  // Each kind of work has its own result type, which the compiler cannot follow through the switch.
  Promise.resolve(workOnText(text, work) as never);

export function workOnText(text: string, work: TextWork): TextResults[TextWork['kind']] {
  switch (work.kind) {
    case 'read':
      return find(text, work);
    case 'edit':
      return edit(text, work);
    case 'undo': {
      const undone = undoInText(text, work.record);
      return undone.ok ? ok(worked(text, undone.value)) : undone;
    }
  }
}

function find(
  text: string,
  { name, env }: Extract<TextWork, { readonly kind: 'read' }>,
): TextResults['read'] {
  const config = readEditable(text);
  if (!config.ok) return config;
  const index = config.value.entries.findIndex((entry) => isCalled(entry, name, env));
  const draft = config.value.entries[index];
  if (draft === undefined) return err(`there is no service ${name}`);
  return ok({ draft, line: lineOfEntry(config.value, index) });
}

function edit(
  text: string,
  { edit: wanted, env }: Extract<TextWork, { readonly kind: 'edit' }>,
): TextResults['edit'] {
  const found = wanted.kind === 'remove' ? find(text, { kind: 'read', name: wanted.name, env }) : null;
  const named =
    wanted.kind === 'remove' && found?.ok === true ? { ...wanted, name: nameOf(found.value.draft) } : wanted;
  const edited = editConfigText(text, named);
  return edited.ok ? ok(worked(text, edited.value)) : edited;
}

function worked(text: string, edited: EditedText): WorkedText {
  const former = readEditable(text);
  return {
    ...edited,
    yaml: edited.after === null ? null : textOfEntry(edited.text, edited.index),
    undo: undoOf(text, edited),
    formerNames: former.ok ? former.value.entries.map(nameOf) : [],
  };
}

/** The name in the file may contain variables. */
const isCalled = (entry: ServiceDraft, name: string, env: Environment): boolean =>
  nameOf(entry) === name || withValues(nameOf(entry), env) === name;
