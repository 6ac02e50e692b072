import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { ConfigPath } from './config-problem.ts';
import type { AliasTargets } from './yaml-nodes.ts';

/** The offset of the value at `path`, or of its nearest ancestor in the text. */
export function offsetOf(document: Document, targets: AliasTargets, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const segment of path) {
    const next = childOf(node, segment, targets);
    if (next === null) return offset;
    offset = next.offset ?? offset;
    node = next.value;
  }
  return offset;
}

function childOf(
  parent: unknown,
  segment: string | number,
  targets: AliasTargets,
): { readonly offset: number | undefined; readonly value: unknown } | null {
  const node = isAlias(parent) ? targets.get(parent) : parent;
  if (isSeq(node) && typeof segment === 'number') {
    const item: unknown = node.items[segment];
    return item === undefined ? null : { offset: isNode(item) ? item.range?.[0] : undefined, value: item };
  }
  if (!isMap(node)) return null;
  const pair = pairsByKey(node).get(String(segment));
  if (pair !== undefined)
    return { offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined, value: pair.value };
  return childOfMerged(node.items, segment, targets);
}

/** Each mapping is indexed once: one with 80,000 invalid keys took minutes. The keys of the document are final by now. */
const indices = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function pairsByKey(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = indices.get(map);
  if (known !== undefined) return known;
  const index = new Map<string, Pair>();
  for (const pair of map.items)
    if (isScalar(pair.key) && !index.has(String(pair.key.value))) index.set(String(pair.key.value), pair);
  indices.set(map, index);
  return index;
}

/** Looks up a key in `<<: *base` and `<<: [*base, *other]`. */
function childOfMerged(
  pairs: readonly unknown[],
  segment: string | number,
  targets: AliasTargets,
): ReturnType<typeof childOf> {
  for (const pair of pairs) {
    if (!isPair(pair) || !isScalar(pair.key) || pair.key.source !== '<<') continue;
    for (const source of isSeq(pair.value) ? pair.value.items : [pair.value]) {
      const found = childOf(source, segment, targets);
      if (found !== null) return found;
    }
  }
  return null;
}
