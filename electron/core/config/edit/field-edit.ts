/**
 * Sets or removes one value of a service in the text. If the value comes from an alias or a merge, the service gets its own;
 * if that is impossible, the edit is refused. Pure.
 */
import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { err, ok, type Result } from '../../../../shared/result.ts';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import type { FieldPath } from './draft-changes.ts';
import { draftValueAt, isDraftMapping } from './draft-path.ts';
import { pairOf, resolved, type EditableConfig } from './editable-config.ts';
import { insertInFlow, removeFromFlow } from './flow-edit.ts';
import { keyRank } from './key-order.ts';
import { listEdit } from './list-edit.ts';
import { colonOf, endOfPair, isBlock, lineAfter, lineAfterPair } from './node-extent.ts';
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
import {
  blockLines,
  blockScalarText,
  inlineText,
  keyOffset,
  styleOf,
  type WritingStyle,
} from './yaml-writing.ts';

export type Edited = Result<readonly Splice[], string>;

interface FieldEdit {
  readonly config: EditableConfig;
  readonly style: WritingStyle;
  /** The service after the edit. */
  readonly draft: ServiceDraft;
}

/** The splices that set the value at `path` of the entry with this index to that of `draft`. */
export function editField(
  config: EditableConfig,
  index: number,
  { path, draft }: { readonly path: FieldPath; readonly draft: ServiceDraft },
): Edited {
  const entry = resolved(config.list?.items[index], config.targets);
  if (!isMap(entry)) return err('the service is not written as a mapping');
  return editWithin(entry, { path, depth: 0 }, { config, style: styleOf(config), draft });
}

interface EditPosition {
  readonly path: FieldPath;
  /** The number of keys in the path to the mapping. */
  readonly depth: number;
}

function editWithin(map: YAMLMap, { path, depth }: EditPosition, edit: FieldEdit): Edited {
  const { config, draft } = edit;
  const key = path[depth] ?? '';
  const pair = pairOf(map, key);
  const here = draftValueAt(draft, path.slice(0, depth + 1));
  const isEnd = depth === path.length - 1;
  if (isEnd && here === undefined) return removePair(map, pair, { path, edit });
  if (here === undefined) return err(`${path.slice(0, depth + 1).join('.')} is missing`);
  if (pair === undefined) return ok(addPair(map, [key, here], edit));
  if (!isEnd && isMap(pair.value)) {
    const isOnly = pair.value.items.length === 1 && draftValueAt(draft, path) === undefined;
    const rest = isOnly && pairOf(pair.value, path[depth + 1] ?? '') !== undefined;
    return rest
      ? ok(replaceValue(map, pair, {}, edit))
      : editWithin(pair.value, { path, depth: depth + 1 }, edit);
  }
  const list = resolved(pair.value, config.targets);
  if (isSeq(list) && !isAlias(pair.value) && Array.isArray(here)) {
    const splices = listEdit(config, list, { wanted: here, style: edit.style });
    if (splices !== null) return ok(splices);
  }
  return ok(replaceValue(map, pair, here, edit));
}

function removePair(
  map: YAMLMap,
  pair: Pair | undefined,
  { path, edit }: { readonly path: FieldPath; readonly edit: FieldEdit },
): Edited {
  const { text, lineAt } = edit.config;
  if (pair === undefined)
    return err(
      `${path.join('.')} comes from a merge (<<) in line ${lineAt(map.range?.[0] ?? 0)}, and cannot be left out here: change it there`,
    );
  const index = map.items.indexOf(pair);
  if (map.flow === true) return ok(removeFromFlow(text, map, index));
  const start = keyOffset(map, index) ?? 0;
  if (beginsLine(text, start))
    return ok([removeLines(text, lineStart(text, start), lineAfterPair(text, pair))]);
  // It is on the line of the dash: the next key moves there.
  const next = keyOffset(map, index + 1);
  if (next === null) return ok([{ from: start, to: endOfPair(pair), insert: '{}' }]);
  const between = text.slice(endOfPair(pair), next);
  const comment = between.includes('#') ? endOfPair(pair) + between.search(/\S/) : null;
  return ok([{ from: start, to: comment ?? next, insert: '' }]);
}

function addPair(
  map: YAMLMap,
  [key, value]: readonly [string, DraftValue],
  edit: FieldEdit,
): readonly Splice[] {
  const { config, style } = edit;
  const { text } = config;
  const after = placeFor(map, key);
  if (map.flow === true) {
    const item = `${keyText(map, key, edit)}: ${inlineText(value, style)}`;
    return insertInFlow(text, map, { after, item, column: null });
  }
  const column = columnOf(text, keyOffset(map, 0) ?? 0);
  const former = map.items[after];
  const end = former === undefined ? nextLine(text, map.range?.[1] ?? 0) : lineAfterPair(text, former);
  return [insertLines(text, afterComments(text, end, column), blockLines({ [key]: value }, column, style))];
}

/** After the last key that usually precedes it. */
function placeFor(map: YAMLMap, key: string): number {
  const rank = keyRank(key);
  const keys = map.items.map(({ key: known }) =>
    isScalar(known) && typeof known.value === 'string' ? known.value : '',
  );
  const before = keys.findLastIndex((known) => keyRank(known) <= rank);
  return before === -1 ? keys.length - 1 : before;
}

/** Quoted if the neighboring keys are. */
function keyText(map: YAMLMap, key: string, { style }: FieldEdit): string {
  const [first] = map.items;
  const quote = isScalar(first?.key) ? first.key.type : undefined;
  return inlineText(key, style, quote);
}

function replaceValue(map: YAMLMap, pair: Pair, value: DraftValue, edit: FieldEdit): readonly Splice[] {
  const { config, style } = edit;
  const { text } = config;
  const former = pair.value;
  const quote = isScalar(former) ? former.type : undefined;
  const colon = colonOf(pair);
  if (map.flow === true) {
    const insert = inlineText(value, style, quote);
    return colon === null
      ? [{ from: endOfPair(pair), to: endOfPair(pair), insert: `: ${insert}` }]
      : [
          {
            from: startOf(former) ?? colon + 1,
            to: endOfPair(pair),
            insert: startOf(former) === null ? ` ${insert}` : insert,
          },
        ];
  }
  const behindColon = (colon ?? endOfPair(pair) - 1) + 1;
  const column = columnOf(text, keyOffset(map, map.items.indexOf(pair)) ?? 0);
  const block = linesBelow(value, column, style);
  const inline = block === null ? blockScalarOrFlow(value, style, quote) : null;
  if (!isBlock(former)) {
    const from = startOf(former) ?? behindColon;
    const to = Math.max(from, endOfPair(pair));
    if (inline !== null) return [{ from, to, insert: startOf(former) === null ? ` ${inline}` : inline }];
    const lines = insertLines(text, nextLine(text, to), block ?? []);
    return [{ from: behindColon, to, insert: '' }, lines];
  }
  const end = lineAfter(text, former);
  const restOfLine = text.slice(behindColon, lineEnd(text, behindColon)).trim();
  const headEnd = restOfLine.startsWith('#') ? behindColon : lineEnd(text, behindColon);
  const head = { from: behindColon, to: headEnd, insert: inline === null ? '' : ` ${inline}` };
  const bodyStart = Math.min(nextLine(text, behindColon), end);
  if (inline !== null) return [head, removeLines(text, bodyStart, end)];
  const isOpenEnd = end === text.length && text[end - 1] !== '\n';
  const mark = endMarkOf(text);
  return [head, { from: bodyStart, to: end, insert: (block ?? []).join(mark) + (isOpenEnd ? '' : mark) }];
}

/** null: there is no text. */
function startOf(node: unknown): number | null {
  if (isScalar(node) && node.value === null && (node.source ?? '') === '') return null;
  return isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? null) : null;
}

function blockScalarOrFlow(
  value: DraftValue,
  style: WritingStyle,
  quote: Parameters<typeof inlineText>[2],
): string {
  return typeof value === 'object' ? inlineText(value, style) : blockScalarText(value, style, quote);
}

/** The lines of a value that is written below its key; null: it is written on the line of the key. */
function linesBelow(value: DraftValue, column: number, style: WritingStyle): readonly string[] | null {
  const isLong = isDraftMapping(value) ? Object.keys(value).length > 0 : hasLongItem(value);
  if (!isLong) return null;
  const [, ...lines] = blockLines({ k: value }, column, style);
  return lines;
}

const hasLongItem = (value: DraftValue): boolean =>
  Array.isArray(value) &&
  value.some((item) => typeof item === 'object' || (typeof item === 'string' && item.includes('\n')));
