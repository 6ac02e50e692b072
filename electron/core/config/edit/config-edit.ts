/**
 * The text of a config and an edit → the edited text. The rest of the text is unchanged: comments, order, anchors, quotes,
 * indentation and line ends. Pure.
 *
 * 1. The new text is parsed again and compared. If it does not contain exactly the edit, the edit is refused: because of a shared
 *    anchor, a variable that forms the structure, or an unsupported form of YAML.
 * 2. A change consists of fields. If a field has changed in the file since the edit began, the edit is refused, unless both
 *    changes are equal.
 */
import { isDeepStrictEqual } from 'node:util';
import { err, ok, type Result } from '../../../../shared/result.ts';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import {
  draftChanges,
  sameValue,
  tidyDraft,
  tidyField,
  type FieldChange,
  type FieldPath,
} from './draft-changes.ts';
import { draftValueAt, nameOf, withDraftValue } from './draft-path.ts';
import { readEditable, type EditableConfig } from './editable-config.ts';
import { addEntries, removeEntry } from './entry-edit.ts';
import { editField } from './field-edit.ts';
import { withoutSecrets } from './hidden-draft.ts';
import { applySplices, type Splice } from './text-splice.ts';

export type ConfigEdit =
  | { readonly kind: 'add'; readonly drafts: readonly ServiceDraft[] }
  | {
      readonly kind: 'change';
      readonly draft: ServiceDraft;
      /** The version that the draft is based on; it names the service. */
      readonly basedOn: ServiceDraft;
    }
  | { readonly kind: 'remove'; readonly name: string };

export interface EditedText {
  readonly text: string;
  /** The index of the service in the new text or, if it was removed, in the former one. From 0. Of several new ones, the first. */
  readonly index: number;
  /** The service before and after; null: there is none. */
  readonly before: ServiceDraft | null;
  readonly after: ServiceDraft | null;
  /** More new services, below `after`. */
  readonly more: readonly ServiceDraft[];
  /** The names of all services in the new text. */
  readonly names: readonly string[];
  readonly line: number;
}

/** The maximum number of steps of one edit: a list of 200 words may change word by word. */
const maxSteps = 1_000;

/** The error is a sentence. */
export function editConfigText(text: string, edit: ConfigEdit): Result<EditedText, string> {
  const before = readEditable(text);
  if (!before.ok) return before;
  switch (edit.kind) {
    case 'add':
      return add(before.value, edit.drafts.map(tidyDraft));
    case 'change':
      return change(before.value, edit);
    case 'remove':
      return remove(before.value, edit.name);
  }
}

function add(before: EditableConfig, drafts: readonly ServiceDraft[]): Result<EditedText, string> {
  const splices = addEntries(before, drafts);
  if (!splices.ok) return splices;
  const after = verified(before, applySplices(before.text, splices.value), {
    entries: [...before.entries, ...drafts],
    index: before.entries.length,
  });
  return after.ok ? ok({ ...after.value, more: drafts.slice(1) }) : after;
}

function remove(before: EditableConfig, name: string): Result<EditedText, string> {
  const index = indexOf(before, name);
  if (!index.ok) return index;
  const splices = removeEntry(before, index.value);
  if (!splices.ok) return splices;
  const entries = before.entries.toSpliced(index.value, 1);
  const after = verified(before, applySplices(before.text, splices.value), { entries, index: null });
  return after.ok
    ? ok({
        ...after.value,
        index: index.value,
        line: lineOfEntry(before, index.value),
        before: before.entries[index.value] ?? null,
      })
    : after;
}

function change(
  before: EditableConfig,
  { draft, basedOn }: { readonly draft: ServiceDraft; readonly basedOn: ServiceDraft },
): Result<EditedText, string> {
  const index = indexOf(before, nameOf(basedOn));
  if (!index.ok) return index;
  const current = before.entries[index.value] ?? {};
  const changes = draftChanges(tidyDraft(basedOn), tidyDraft(draft));
  const known = withoutSecrets(current);
  const conflict = changes.find((one) => !fits(current, one) && !fits(known, one));
  if (conflict !== undefined)
    return err(
      `${conflict.path.join('.')} was changed in the file meanwhile, to ${shown(draftValueAt(known, conflict.path))}: look at it again`,
    );
  const target = tidyDraft(
    changes.reduce((draft, { path, wanted }) => withDraftValue(draft, path, wanted), current),
  );
  const edited = stepByStep(before, index.value, { changes, target });
  if (!edited.ok) return edited;
  const entries = before.entries.toSpliced(index.value, 1, target);
  const after = verified(before, edited.value, { entries, index: index.value });
  return after.ok ? ok({ ...after.value, before: current }) : after;
}

const fits = (current: ServiceDraft, { path, former, wanted }: FieldChange): boolean => {
  const now = tidyAt(current, path);
  return sameValue(now, former) || sameValue(now, wanted);
};

const tidyAt = (draft: ServiceDraft, path: FieldPath): DraftValue | undefined =>
  tidyField(path.at(-1) ?? '', draftValueAt(draft, path));

/** The text is parsed again after each step, since offsets change. */
function stepByStep(
  before: EditableConfig,
  index: number,
  { changes, target }: { readonly changes: readonly FieldChange[]; readonly target: ServiceDraft },
): Result<string, string> {
  let config = before;
  // A value that is replaced must not be empty in between.
  const inOrder = [...changes].sort(
    (a, b) => Number(a.wanted === undefined) - Number(b.wanted === undefined),
  );
  let steps = 0;
  for (const { path } of inOrder) {
    while (!isDone(config.entries[index] ?? {}, target, path)) {
      if ((steps += 1) > maxSteps) return err('the change is too large');
      const splices = editField(config, index, { path, draft: target });
      if (!splices.ok) return splices;
      const next = readAfter(config.text, splices.value);
      if (!next.ok) return next;
      config = next.value;
    }
  }
  return ok(config.text);
}

const isDone = (entry: ServiceDraft, target: ServiceDraft, path: FieldPath): boolean =>
  sameValue(tidyAt(entry, path), draftValueAt(target, path));

function readAfter(text: string, splices: readonly Splice[]): Result<EditableConfig, string> {
  const after = applySplices(text, splices);
  const read = after === text ? err('nothing would change') : readEditable(after);
  return read.ok ? read : err(byHand(read.error));
}

interface Expected {
  readonly entries: readonly ServiceDraft[];
  /** null: the service is gone. */
  readonly index: number | null;
}

function verified(
  before: EditableConfig,
  text: string,
  { entries, index }: Expected,
): Result<EditedText, string> {
  const read = readEditable(text);
  if (!read.ok) return err(byHand(read.error));
  const after = read.value;
  const other = entries.findIndex((entry, at) => !isSame(after.entries[at], entry));
  if (!isDeepStrictEqual(after.rest, before.rest) || after.entries.length !== entries.length)
    return err(byHand('the rest of the file would change with it'));
  if (other === -1)
    return ok({
      text,
      index: index ?? 0,
      line: index === null ? 1 : lineOfEntry(after, index),
      before: null,
      after: index === null ? null : (entries[index] ?? null),
      more: [],
      names: after.entries.map(nameOf),
    });
  if (other === index) return err(byHand('it would say something else than it should'));
  return err(
    byHand(`${nameOf(entries[other] ?? {})} would change with it, because both take it from one anchor (&)`),
  );
}

const isSame = (one: ServiceDraft | undefined, other: ServiceDraft): boolean =>
  one !== undefined && isDeepStrictEqual(tidyDraft(one), tidyDraft(other));

const byHand = (why: string): string =>
  `the file is written in a way that allows no edit here (${why}): edit it by hand`;

function indexOf({ entries }: EditableConfig, name: string): Result<number, string> {
  const found = entries.flatMap((entry, index) => (nameOf(entry) === name ? [index] : []));
  const [index] = found;
  if (index === undefined) return err(`there is no service ${name} in the file any more`);
  return found.length === 1 ? ok(index) : err(`${found.length} services in the file are called ${name}`);
}

export function lineOfEntry({ list, lineAt }: EditableConfig, index: number): number {
  const node = list?.items[index] as { readonly range?: readonly [number, number, number] } | undefined;
  return lineAt(node?.range?.[0] ?? 0);
}

const shown = (value: DraftValue | undefined): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
