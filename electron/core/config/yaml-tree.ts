/**
 * A document → plain mappings, lists and scalars, with merges and aliases expanded. The library's `toJS` builds everything
 * before it can be counted: 500 merges of 20,000 keys took half a gigabyte. Here each value is counted as it is built.
 */
import { isAlias, isMap, isScalar, isSeq, type Document, type Pair } from 'yaml';
import { PlainScalar } from '../../../shared/config-scalars.ts';
import { LimitError, type YamlBudget } from './yaml-budget.ts';
import type { AliasTargets } from './yaml-nodes.ts';

/** Throws a LimitError. A null in a mapping is an absent key. */
export const buildTree = (document: Document, targets: AliasTargets, budget: YamlBudget): unknown =>
  new TreeBuilder(targets, budget).valueOf(document.contents, 0);

class TreeBuilder {
  readonly #targets: AliasTargets;
  readonly #budget: YamlBudget;

  constructor(targets: AliasTargets, budget: YamlBudget) {
    this.#targets = targets;
    this.#budget = budget;
  }

  valueOf(written: unknown, depth: number): unknown {
    const node = this.#resolve(written);
    this.#budget.spendValue(depth);
    if (isMap(node)) {
      const entries = [...this.#entriesOf(node.items, depth)];
      return Object.fromEntries(entries.filter(([, value]) => value !== null));
    }
    if (isSeq(node)) return node.items.map((item) => this.valueOf(item, depth + 1));
    return isScalar(node) ? this.#scalar(node.value, node.source) : null;
  }

  /** A mapping's own keys take precedence, wherever its merges are; of several merges, the first. */
  #entriesOf(pairs: readonly Pair[], depth: number): ReadonlyMap<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key: written, value } of pairs) {
      const key = this.#resolve(written);
      if (isScalar(key) && typeof key.value === 'symbol') {
        for (const [name, merged] of this.#merged(value, depth))
          if (!entries.has(name)) entries.set(name, merged);
      } else {
        const name = this.#keyText(key);
        this.#budget.spendCharacters(name.length);
        entries.set(name, this.valueOf(value, depth + 1));
      }
    }
    return entries;
  }

  #merged(written: unknown, depth: number): readonly (readonly [string, unknown])[] {
    const source = this.#resolve(written);
    this.#budget.spendValue(depth);
    if (isMap(source)) return [...this.#entriesOf(source.items, depth + 1)];
    if (isSeq(source)) return source.items.flatMap((item) => this.#merged(item, depth + 1));
    throw new LimitError('<<: is neither a mapping nor an alias of one');
  }

  #resolve(node: unknown): unknown {
    if (!isAlias(node)) return node;
    this.#budget.spendAliasUse();
    return this.#targets.get(node);
  }

  #keyText(key: unknown): string {
    if (!isScalar(key)) throw new LimitError('a list or mapping is used where a key is expected');
    const { value } = key;
    // The rest is null, bytes and dates, which stay as written.
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : (key.source ?? '');
  }

  #scalar(value: unknown, source: string | undefined): unknown {
    if (typeof value === 'string') this.#budget.spendCharacters(value.length);
    if (value === undefined || value === null) return null;
    // For example bytes, which stay as written.
    return typeof value === 'object' && !(value instanceof PlainScalar) ? (source ?? '') : value;
  }
}
