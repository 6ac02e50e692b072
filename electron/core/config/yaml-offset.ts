import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Document } from 'yaml';
import type { ConfigPath } from './config-problem.ts';

/** Where the value at `path` begins in the text, or the last thing on the way to it that is written down. */
export function offsetOf(document: Document, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const segment of path) {
    const next = childOf(node, segment, document);
    if (next === null) return offset;
    offset = next.offset ?? offset;
    node = next.value;
  }
  return offset;
}

function childOf(
  parent: unknown,
  segment: string | number,
  document: Document,
): { readonly offset: number | undefined; readonly value: unknown } | null {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node) && typeof segment === 'number') {
    const item: unknown = node.items[segment];
    return item === undefined ? null : { offset: isNode(item) ? item.range?.[0] : undefined, value: item };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  if (pair !== undefined)
    return { offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined, value: pair.value };
  return childOfMerged(node.items, segment, document);
}

/** Looks a key up behind `<<: *base` and `<<: [*base, *other]`. */
function childOfMerged(
  pairs: readonly unknown[],
  segment: string | number,
  document: Document,
): ReturnType<typeof childOf> {
  for (const pair of pairs) {
    if (!isPair(pair) || !isScalar(pair.key) || pair.key.source !== '<<') continue;
    for (const source of isSeq(pair.value) ? pair.value.items : [pair.value]) {
      const found = childOf(source, segment, document);
      if (found !== null) return found;
    }
  }
  return null;
}
