/** The extent of a value in the text. Pure. */
import { isMap, isNode, isScalar, isSeq, Scalar, type Pair } from 'yaml';
import { lineStart, nextLine } from './text-lines.ts';

export const isBlock = (node: unknown): boolean =>
  isMap(node) || isSeq(node) ? node.flow !== true : isBlockScalar(node);

const isBlockScalar = (node: unknown): node is Scalar =>
  isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED);

/** The offset after the value, or after the key if there is none. */
export function endOfPair(pair: Pair): number {
  const { key, value } = pair;
  const ofKey = isNode(key) ? (key.range?.[1] ?? 0) : 0;
  return Math.max(ofKey, endOf(value));
}

function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? (node.range?.[1] ?? 0) : endOfPair(last);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? (node.range?.[1] ?? 0) : endOf(last);
  }
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

/** The start of the first line after the value, or the end of the text. */
export const lineAfter = (text: string, node: unknown): number => lineAfterEnd(text, endOf(node));

export const lineAfterPair = (text: string, pair: Pair): number => lineAfterEnd(text, endOfPair(pair));

/** A block scalar already ends at the start of a line. */
const lineAfterEnd = (text: string, end: number): number =>
  end > 0 && lineStart(text, end) === end ? end : nextLine(text, end);

/** The offset of the colon after a key; null: the key has none. */
export function colonOf({ srcToken }: Pair): number | null {
  return srcToken?.sep?.find(({ type }) => type === 'map-value-ind')?.offset ?? null;
}
