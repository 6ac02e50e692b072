/**
 * Undoes an edit in the current text of the file. Pure.
 *
 * 1. If the text is exactly the edited one, the former text is restored byte for byte.
 * 2. Otherwise the edit's own lines are restored, if they and their neighbors are as the edit left them.
 * 3. Otherwise the service is restored field by field, except for fields that were changed since.
 * 4. Services that were added together are removed together, or not at all.
 */
import { err, ok, type Result } from '../../../../shared/result.ts';
import type { ServiceDraft } from '../../../../shared/service-edit.ts';
import { digestOf } from '../trust-store.ts';
import { editConfigText, type EditedText } from './config-edit.ts';
import { sameValue, tidyDraft } from './draft-changes.ts';
import { nameOf } from './draft-path.ts';
import { readEditable } from './editable-config.ts';
import type { Undoable } from './edit-journal.ts';
import { lineStart, nextLine } from './text-lines.ts';
import { applySplices, spliceBetween } from './text-splice.ts';

const contextLines = 3;

/** The part of an edit that has to be recorded. */
export function undoOf(former: string, edited: EditedText): Undoable {
  const splice = spliceBetween(edited.text, former);
  return {
    before: digestOf(former),
    after: digestOf(edited.text),
    splice,
    replaced: edited.text.slice(splice.from, splice.to),
    context: contextOf(edited.text, splice),
    serviceBefore: edited.before,
    serviceAfter: edited.after,
    moreAfter: edited.more,
  };
}

function contextOf(text: string, { from, to }: { readonly from: number; readonly to: number }) {
  let [start, end] = [lineStart(text, from), nextLine(text, to)];
  for (let line = 0; line < contextLines; line += 1) {
    start = start === 0 ? 0 : lineStart(text, start - 1);
    end = nextLine(text, end);
  }
  return { above: text.slice(start, from), below: text.slice(to, end) };
}

/** The error is a sentence. */
export function undoInText(text: string, record: Undoable): Result<EditedText, string> {
  const exact = digestOf(text) === record.after ? applySplices(text, [record.splice]) : null;
  const place = exact === null ? placeOf(text, record) : null;
  const restored =
    exact ??
    (place === null
      ? null
      : text.slice(0, place) + record.splice.insert + text.slice(place + record.replaced.length));
  const read = restored === null ? null : restoredText(restored, text, record);
  return read ?? undoInFields(text, record);
}

/** The offset of the lines as the edit left them; null: not found, or found several times. */
function placeOf(text: string, { replaced, context: { above, below } }: Undoable): number | null {
  const wanted = above + replaced + below;
  const found = text.indexOf(wanted);
  if (found === -1 || text.includes(wanted, found + 1)) return null;
  return found + above.length;
}

/** null: the service would not be as before, or others would change. */
function restoredText(restored: string, text: string, record: Undoable): Result<EditedText, string> | null {
  const [after, before] = [readEditable(restored), readEditable(text)];
  if (!after.ok || !before.ok) return null;
  const { serviceBefore } = record;
  const others = (drafts: readonly ServiceDraft[], entries: readonly ServiceDraft[]) => {
    const names = new Set(drafts.map(nameOf));
    return entries.filter((entry) => !names.has(nameOf(entry))).map(tidyDraft);
  };
  const [own, former] = [serviceBefore === null ? [] : [serviceBefore], addedBy(record)];
  const isApart = sameList(others(own, after.value.entries), others(former, before.value.entries));
  const index = after.value.entries.findIndex((entry) => own.some((one) => nameOf(one) === nameOf(entry)));
  const service = after.value.entries[index] ?? null;
  const isBack =
    serviceBefore === null || (service !== null && sameValue(tidyDraft(service), tidyDraft(serviceBefore)));
  if (digestOf(restored) !== record.before && (!isApart || !isBack)) return null;
  return ok({
    text: restored,
    index: Math.max(0, index),
    line: 1,
    before: record.serviceAfter,
    after: index === -1 ? null : service,
    more: [],
    names: after.value.entries.map(nameOf),
  });
}

/** The services that the edit left in the file. */
const addedBy = ({ serviceAfter, moreAfter }: Undoable): readonly ServiceDraft[] =>
  serviceAfter === null ? [] : [serviceAfter, ...moreAfter];

const sameList = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function undoInFields(text: string, record: Undoable): Result<EditedText, string> {
  const { serviceBefore, serviceAfter } = record;
  if (serviceBefore !== null && serviceAfter !== null)
    return editConfigText(text, { kind: 'change', basedOn: serviceAfter, draft: serviceBefore });
  if (serviceBefore !== null) return editConfigText(text, { kind: 'add', drafts: [serviceBefore] });
  const added = addedBy(record);
  const read = readEditable(text);
  const names = new Set(read.ok ? read.value.entries.map(nameOf) : []);
  // Some may have been removed by hand.
  const left = added.filter((service) => names.has(nameOf(service)));
  let undone: Result<EditedText, string> = err('nothing was changed');
  for (const service of left.length === 0 ? added : left) {
    undone = removeUnchanged(undone.ok ? undone.value.text : text, service);
    if (!undone.ok) return undone;
  }
  return undone;
}

function removeUnchanged(text: string, added: ServiceDraft): Result<EditedText, string> {
  const name = nameOf(added);
  const read = readEditable(text);
  const now = read.ok ? read.value.entries.find((entry) => nameOf(entry) === name) : undefined;
  if (now !== undefined && !sameValue(tidyDraft(now), tidyDraft(added)))
    return err(`${name} was changed in the file since it was added: remove it if that is meant`);
  return editConfigText(text, { kind: 'remove', name });
}
