/** Inserts whole services into the text, or removes one. Pure. */
import { isMap, isScalar, type YAMLSeq } from 'yaml';
import { err, ok } from '../../../../shared/result.ts';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import { pairOf, type EditableConfig } from './editable-config.ts';
import type { Edited } from './field-edit.ts';
import { insertInFlow, removeFromFlow } from './flow-edit.ts';
import { inKeyOrder } from './key-order.ts';
import { colonOf, endOfPair, lineAfter, lineAfterPair } from './node-extent.ts';
import {
  afterComments,
  beginsLine,
  columnOf,
  endMarkOf,
  insertLines,
  lineEnd,
  lineStart,
  nextLine,
  removeLines,
} from './text-lines.ts';
import type { Splice } from './text-splice.ts';
import { blockLines, dashOf, inlineText, keyOffset, styleOf, type WritingStyle } from './yaml-writing.ts';

/** Inserts after the last service. */
export function addEntries(config: EditableConfig, drafts: readonly ServiceDraft[]): Edited {
  const { text, root, list } = config;
  const style = styleOf(config);
  const entries = drafts.map(inKeyOrder);
  if (root === null) {
    const lines = ['services:', ...linesOf(entries, { column: 2, gap: 2, style })];
    return ok([insertLines(text, text.length, lines)]);
  }
  if (root.flow === true) return addToFlow(config, entries, style);
  if (list === null || list.items.length === 0) return addFirst(config, entries, style);
  if (list.flow === true)
    return ok(
      insertInFlow(text, list, {
        after: list.items.length - 1,
        item: inlineTexts(entries, style),
        column: null,
      }),
    );
  const last = list.items.length - 1;
  const dash = dashOf(list, last);
  if (dash === null || !beginsLine(text, dash)) return err('services is not written one below the other');
  const column = columnOf(text, dash);
  const place = afterComments(text, lineAfter(text, list.items[last]), column);
  const isApart = last > 0 && isBlankBefore(text, dashOf(list, last) ?? 0);
  const lines = linesOf(entries, { column, gap: gapOf(text, list, dash), style, isApart });
  return ok([insertLines(text, place, lines)]);
}

/** The number of columns from the dash to the first key, as in the last entry. */
function gapOf(text: string, list: YAMLSeq, dash: number): number {
  const last = list.items.at(-1);
  const key = isMap(last) ? keyOffset(last, 0) : null;
  return key !== null && lineStart(text, key) === lineStart(text, dash) && isMap(last) && last.flow !== true
    ? Math.max(2, Math.min(9, key - dash))
    : 2;
}

function isBlankBefore(text: string, dash: number): boolean {
  const line = lineStart(text, dash);
  if (line === 0) return false;
  const before = lineStart(text, line - 1);
  const content = text.slice(before, line).trim();
  return content === '' || (content.startsWith('#') && isBlankBefore(text, before));
}

interface EntryPosition {
  /** The column of the dash. */
  readonly column: number;
  readonly gap: number;
  readonly style: WritingStyle;
  /** A blank line precedes each. */
  readonly isApart?: boolean;
}

const linesOf = (
  entries: readonly DraftValue[],
  { column, gap, style, isApart = false }: EntryPosition,
): readonly string[] =>
  entries.flatMap((entry) => {
    const [first = '', ...rest] = blockLines(entry, column + gap, style);
    const lines = [`${' '.repeat(column)}-${' '.repeat(gap - 1)}${first.trimStart()}`, ...rest];
    return isApart ? ['', ...lines] : lines;
  });

const inlineTexts = (entries: readonly DraftValue[], style: WritingStyle): string =>
  entries.map((entry) => inlineText(entry, style)).join(', ');

/** Inserts below `services:`, replacing `[]` or an empty value; adds the key if it is missing. */
function addFirst(config: EditableConfig, entries: readonly DraftValue[], style: WritingStyle): Edited {
  const { text, root, list } = config;
  const pair = root === null ? undefined : pairOf(root, 'services');
  const rootColumn = root === null ? 0 : columnOf(text, keyOffset(root, 0) ?? 0);
  const lines = linesOf(entries, { column: rootColumn + style.step, gap: 2, style });
  if (pair === undefined) {
    const last = root?.items.at(-1);
    const place = last === undefined ? text.length : lineAfterPair(text, last);
    return ok([insertLines(text, place, [`${' '.repeat(rootColumn)}services:`, ...lines])]);
  }
  const colon = colonOf(pair);
  if (colon === null) return err('services has no value');
  const isPlain = list !== null || isScalar(pair.value) || pair.value === null;
  if (!isPlain) return err('services stands elsewhere, behind an alias: add the service there');
  const [open = 0, close = 0] = list?.range ?? [];
  if (list !== null && text.slice(open + 1, close - 1).trim() !== '')
    return ok(insertInFlow(text, list, { after: -1, item: inlineTexts(entries, style), column: null }));
  const end = Math.max(colon + 1, endOfPair(pair));
  const written = text.slice(colon + 1, end);
  const cut: readonly Splice[] = written.trim() === '' ? [] : [{ from: colon + 1, to: end, insert: '' }];
  const place = nextLine(text, end);
  // The last line has no line end of its own.
  const isOpenEnd = place === text.length && text[place - 1] !== '\n' && lineEnd(text, end) === end;
  if (isOpenEnd && cut.length > 0)
    return ok([{ from: colon + 1, to: end, insert: endMarkOf(text) + lines.join(endMarkOf(text)) }]);
  return ok([...cut, insertLines(text, place, lines)]);
}

function addToFlow(
  { text, root, list }: EditableConfig,
  entries: readonly DraftValue[],
  style: WritingStyle,
): Edited {
  if (root === null) return err('the file is empty');
  const isSpread = text.slice(root.range?.[0] ?? 0, root.range?.[1] ?? 0).includes('\n');
  const rootColumn = isSpread ? columnOf(text, keyOffset(root, 0) ?? 0) : 0;
  const step = rootColumn === 0 ? style.step : rootColumn;
  if (list === null) {
    if (pairOf(root, 'services') !== undefined) return err('services has no list: write [] there');
    const item = `${inlineText('services', style)}: ${inlineText([...entries], style)}`;
    return ok(
      insertInFlow(text, root, { after: root.items.length - 1, item, column: isSpread ? step : null }),
    );
  }
  const dash =
    list.items.length === 0 ? null : (list.items[0] as { range?: [number, number, number] }).range?.[0];
  const isOwnLine = typeof dash === 'number' ? beginsLine(text, dash) : isSpread;
  const column = typeof dash === 'number' && isOwnLine ? columnOf(text, dash) : rootColumn + step;
  const item = isOwnLine
    ? entries
        .map((entry) => (style.isJson ? spreadJson(entry, { column, step, text }) : inlineText(entry, style)))
        .join(`,${endMarkOf(text)}${' '.repeat(column)}`)
    : inlineTexts(entries, style);
  const after = list.items.length - 1;
  return ok(insertInFlow(text, list, { after, item, column: isOwnLine ? column : null }));
}

function spreadJson(
  entry: DraftValue,
  { column, step, text }: { readonly column: number; readonly step: number; readonly text: string },
): string {
  const lines = JSON.stringify(entry, null, step).split('\n');
  return lines.join(endMarkOf(text) + ' '.repeat(column));
}

export function removeEntry({ text, list }: EditableConfig, index: number): Edited {
  if (list === null) return err('there are no services');
  if (list.flow === true) return ok(removeFromFlow(text, list, index));
  const dash = dashOf(list, index);
  if (dash === null || !beginsLine(text, dash)) return err('the service does not begin its own line');
  const from = lineStart(text, dash);
  const to = afterComments(text, lineAfter(text, list.items[index]), columnOf(text, dash));
  return ok([removeLines(text, ...withoutDoubleBlank(text, from, to))]);
}

/** Removes one of two blank lines that would become adjacent. */
function withoutDoubleBlank(text: string, from: number, to: number): readonly [from: number, to: number] {
  const before = from === 0 ? null : text.slice(lineStart(text, from - 1), from);
  const isBlankAbove = before !== null && before.trim() === '';
  if (!isBlankAbove) return [from, to];
  if (to === text.length) return [lineStart(text, from - 1), to];
  const next = nextLine(text, to);
  return text.slice(to, next).trim() === '' ? [from, next] : [from, to];
}
