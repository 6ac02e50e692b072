/** Inserts and removes items of lists and mappings in brackets, with the commas between them. Pure. */
import { isNode, isPair, type YAMLMap, type YAMLSeq } from 'yaml';
import { endOfPair } from './node-extent.ts';
import type { Splice } from './text-splice.ts';
import { beginsLine, columnOf, endMarkOf, lineEnd, lineStart, nextLine } from './text-lines.ts';

type FlowCollection = YAMLMap | YAMLSeq;

interface Extent {
  readonly from: number;
  readonly to: number;
}

const extentsOf = ({ items }: FlowCollection): readonly Extent[] =>
  (items as readonly unknown[]).map((item) => {
    if (isPair(item)) return { from: isNode(item.key) ? (item.key.range?.[0] ?? 0) : 0, to: endOfPair(item) };
    const range = isNode(item) ? item.range : undefined;
    return { from: range?.[0] ?? 0, to: range?.[1] ?? 0 };
  });

/** Inserts after the item with this index; -1: before all others. `column`: for items on lines of their own, if the list is empty. */
export function insertInFlow(
  text: string,
  collection: FlowCollection,
  { after, item, column }: { readonly after: number; readonly item: string; readonly column: number | null },
): readonly Splice[] {
  const extents = extentsOf(collection);
  const [first] = extents;
  const [open = 0, end = 0] = collection.range ?? [];
  const mark = endMarkOf(text);
  if (first === undefined) {
    const inside = { from: open + 1, to: end - 1 };
    if (text.slice(inside.from, inside.to).trim() !== '')
      return [{ from: open + 1, to: open + 1, insert: item }];
    if (column === null) return [{ ...inside, insert: item }];
    const base = ' '.repeat(text.slice(lineStart(text, open)).search(/\S|$/));
    return [{ ...inside, insert: `${mark}${' '.repeat(column)}${item}${mark}${base}` }];
  }
  const at = extents[after];
  if (at === undefined) {
    const gap = beginsLine(text, first.from) ? mark + ' '.repeat(columnOf(text, first.from)) : ' ';
    return [{ from: first.from, to: first.from, insert: `${item},${gap}` }];
  }
  const comma = commaBehind(text, at.to, end - 1);
  const ownLine = beginsLine(text, at.from);
  const isLast = after === extents.length - 1;
  if (!ownLine) {
    if (!isLast || comma !== null) {
      const place = (comma ?? at.to) + 1;
      return [{ from: place, to: place, insert: isLast ? ` ${item}` : ` ${item},` }];
    }
    return [{ from: at.to, to: at.to, insert: `, ${item}` }];
  }
  // A comment after an item stays with it.
  const restOfLine = lineEnd(text, comma ?? at.to);
  const place = Math.min(restOfLine, end - 1);
  const line = mark + ' '.repeat(columnOf(text, at.from)) + item + (comma === null ? '' : ',');
  return [
    ...(comma === null ? [{ from: at.to, to: at.to, insert: ',' }] : []),
    { from: place, to: place, insert: line },
  ];
}

export function removeFromFlow(text: string, collection: FlowCollection, index: number): readonly Splice[] {
  const extents = extentsOf(collection);
  const [item, next, former] = [extents[index], extents[index + 1], extents[index - 1]];
  if (item === undefined) return [];
  const end = (collection.range?.[1] ?? 0) - 1;
  const comma = commaBehind(text, item.to, next?.from ?? end);
  const formerComma = former === undefined ? null : commaBehind(text, former.to, item.from);
  const from = lineStart(text, item.from);
  const to = nextLine(text, comma ?? item.to);
  const isAlone = beginsLine(text, item.from) && to <= (next?.from ?? end);
  // JSON has no comma after the last item.
  const isLastComma = comma === null && formerComma !== null;
  if (isAlone)
    return [
      ...(isLastComma ? [{ from: formerComma, to: formerComma + 1, insert: '' }] : []),
      { from, to, insert: '' },
    ];
  if (next !== undefined) return [{ from: item.from, to: next.from, insert: '' }];
  if (isLastComma) return [{ from: formerComma, to: item.to, insert: '' }];
  return [{ from: item.from, to: (comma ?? item.to - 1) + 1, insert: '' }];
}

/** Comments may precede it. null: there is none before `end`. */
function commaBehind(text: string, from: number, end: number): number | null {
  for (let offset = from; offset < end; offset += 1) {
    if (text[offset] === ',') return offset;
    if (text[offset] === '#') offset = lineEnd(text, offset);
  }
  return null;
}
