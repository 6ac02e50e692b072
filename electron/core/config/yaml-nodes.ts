/** Finds constructs that YAML allows and a config does not, and resolves aliases, in one pass over the nodes of a document. */
import { isAlias, isMap, isNode, isScalar, isSeq, type Alias, type Document, type Node } from 'yaml';
import { maxFaults, type YamlFault } from './yaml-reader.ts';

/** The target node of each alias. The library's own `resolve` walks the whole document for each. */
export type AliasTargets = ReadonlyMap<Alias, Node>;

export interface ExaminedNodes {
  readonly faults: readonly YamlFault[];
  readonly targets: AliasTargets;
}

export function examineNodes(document: Document): ExaminedNodes {
  const faults: YamlFault[] = [];
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const examine = (node: unknown): void => {
    if (faults.length >= maxFaults) return;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      else
        faults.push({
          // Not by its name, which may be a password.
          message: 'this alias names no anchor above it: a text that begins with * needs quotes',
          offset: node.range?.[0] ?? 0,
        });
      return;
    }
    if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq(node)) for (const item of node.items) examine(item);
    if (!isMap(node)) return;
    addFaultyKeys(faults, node.items);
    for (const { key, value } of node.items) {
      examine(key);
      examine(value);
    }
  };
  examine(document.contents);
  return { faults, targets };
}

function addFaultyKeys(
  faults: YamlFault[],
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
): void {
  const seen = new Set<unknown>();
  for (const { key, value } of pairs) {
    if (faults.length >= maxFaults) return;
    const message = faultOfKey(key, seen) ?? faultOfPair(key, value);
    if (message !== null) faults.push({ message, offset: isNode(key) ? (key.range?.[0] ?? 0) : 0 });
  }
}

/** Adds the key to those seen. */
function faultOfKey(key: unknown, seen: Set<unknown>): string | null {
  if (isAlias(key)) return null;
  if (!isScalar(key)) return 'a list or mapping is used where a key is expected';
  // A merge, which may occur more than once.
  if (typeof key.value === 'symbol') return null;
  const isRepeated = seen.has(key.value);
  seen.add(key.value);
  return isRepeated ? `the key ${String(key.value)} appears twice in one mapping` : null;
}

/** To YAML, `{host:bastion}` is a key without a value. */
function faultOfPair(key: unknown, value: unknown): string | null {
  if (value !== null && !(isScalar(value) && value.value === null)) return null;
  const written = isScalar(key) && typeof key.value === 'string' ? key.value : '';
  const [, name] = /^(\w{1,40}):[^\s/]/.exec(written) ?? [];
  return name === undefined ? null : `a space is missing after "${name}:"`;
}
