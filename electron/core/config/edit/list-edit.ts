/** Changes a list of words item by item, so that comments beside the remaining items are kept. Pure. */
import { isScalar, type YAMLSeq } from 'yaml';
import type { DraftValue } from '../../../../shared/service-edit.ts';
import type { EditableConfig } from './editable-config.ts';
import { insertInFlow, removeFromFlow } from './flow-edit.ts';
import { lineAfter } from './node-extent.ts';
import { afterComments, beginsLine, columnOf, insertLines, lineStart, removeLines } from './text-lines.ts';
import type { Splice } from './text-splice.ts';
import { blockScalarText, dashOf, inlineText, type WritingStyle } from './yaml-writing.ts';

interface ListEdit {
  readonly wanted: readonly DraftValue[];
  readonly style: WritingStyle;
}

/** The next step toward the wanted list; null: the list has to be rewritten. */
export function listEdit(
  { text }: EditableConfig,
  list: YAMLSeq,
  { wanted, style }: ListEdit,
): readonly Splice[] | null {
  const items = list.items.filter(isScalar);
  const isPlain =
    items.length === list.items.length && [...wanted, ...items.map(({ value }) => value)].every(isWord);
  if (!isPlain || items.length === 0 || wanted.length === 0) return null;
  const former = items.map(({ value }) => value as DraftValue);
  const head = firstDifference(former, wanted);
  const [item, value] = [items[head], wanted[head]];
  if (item !== undefined && (value === undefined || former.slice(head).includes(value)))
    return removeItem(text, list, head);
  if (value === undefined) return [];
  if (item === undefined || wanted.slice(head).includes(former[head] ?? ''))
    return insertItem(text, list, { after: head - 1, value, style });
  const [from = 0, to = 0] = item.range ?? [];
  const insert =
    list.flow === true ? inlineText(value, style, item.type) : blockScalarText(value, style, item.type);
  return [{ from, to, insert }];
}

function firstDifference(former: readonly DraftValue[], wanted: readonly DraftValue[]): number {
  const index = wanted.findIndex((value, at) => value !== former[at]);
  return index === -1 ? wanted.length : index;
}

const isWord = (value: unknown): boolean =>
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && !value.includes('\n'));

function removeItem(text: string, list: YAMLSeq, index: number): readonly Splice[] | null {
  if (list.flow === true) return removeFromFlow(text, list, index);
  const dash = dashOf(list, index);
  if (dash === null || !beginsLine(text, dash)) return null;
  return [removeLines(text, lineStart(text, dash), lineAfter(text, list.items[index]))];
}

interface NewItem {
  readonly after: number;
  readonly value: DraftValue;
  readonly style: WritingStyle;
}

function insertItem(text: string, list: YAMLSeq, { after, value, style }: NewItem): readonly Splice[] | null {
  if (list.flow === true)
    return insertInFlow(text, list, { after, item: inlineText(value, style), column: null });
  const dash = dashOf(list, Math.max(0, after));
  if (dash === null || !beginsLine(text, dash)) return null;
  const column = columnOf(text, dash);
  const line = `${' '.repeat(column)}- ${blockScalarText(value, style)}`;
  const place =
    after === -1 ? lineStart(text, dash) : afterComments(text, lineAfter(text, list.items[after]), column);
  return [insertLines(text, place, [line])];
}
