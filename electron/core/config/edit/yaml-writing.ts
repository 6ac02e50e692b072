/** Writes values as YAML in the style of the surrounding text. Pure. */
import { Document, isMap, isScalar, visit, YAMLMap, YAMLSeq, Scalar, type Node } from 'yaml';
import { visibleText } from '../../../../shared/visible-text.ts';
import type { DraftValue } from '../../../../shared/service-edit.ts';
import { columnOf } from './text-lines.ts';
import type { EditableConfig } from './editable-config.ts';

export interface WritingStyle {
  /** The indentation of a nested mapping, in columns. */
  readonly step: number;
  /** The dashes of a list are indented further than their key. */
  readonly indentsLists: boolean;
  /** The whole file is JSON, or looks like it. */
  readonly isJson: boolean;
}

/** Taken from the first service that shows it. */
export function styleOf({ text, root, list, targets }: EditableConfig): WritingStyle {
  const dash = list === null ? null : dashOf(list, 0);
  const own = root?.items[0]?.key;
  const rootColumn = isScalar(own) ? columnOf(text, own.range?.[0] ?? 0) : 0;
  return {
    step: stepOf(list, text) ?? 2,
    indentsLists: dash === null || columnOf(text, dash) > rootColumn,
    isJson: root?.flow === true && [...targets.keys()].length === 0,
  };
}

function stepOf(list: YAMLSeq | null, text: string): number | null {
  for (const entry of list?.items ?? []) {
    if (!isMap(entry) || entry.flow === true) continue;
    const outer = keyOffset(entry, 0);
    for (const { value } of entry.items) {
      const inner = isMap(value) && value.flow !== true ? keyOffset(value, 0) : null;
      if (outer !== null && inner !== null) return columnOf(text, inner) - columnOf(text, outer);
    }
  }
  return null;
}

export function keyOffset(map: YAMLMap, index: number): number | null {
  const key = map.items[index]?.key;
  return isScalar(key) ? (key.range?.[0] ?? null) : null;
}

/** The offset of the dash of an item in a block list; null: it has none. */
export function dashOf(list: YAMLSeq, index: number): number | null {
  const token = list.srcToken;
  if (token?.type !== 'block-seq') return null;
  // Comments after the last item are an item without a dash.
  const marks = token.items.flatMap(({ start }) => start.filter(({ type }) => type === 'seq-item-ind'));
  return marks[index]?.offset ?? null;
}

const writing = {
  version: '1.1',
  lineWidth: 0,
  flowCollectionPadding: false,
  doubleQuotedMinMultiLineLength: 1_000_000,
} as const;

/** The lines of a mapping in block style, each indented by `column` spaces. */
export function blockLines(value: DraftValue, column: number, style: WritingStyle): readonly string[] {
  const document = documentOf(value);
  const lines = document
    .toString({ ...writing, indent: style.step, indentSeq: style.indentsLists })
    .trimEnd()
    .split('\n');
  return lines.map((line) => (line === '' ? '' : ' '.repeat(column) + visibleText(line)));
}

/** A value on one line. `quote`: its previous style. */
export function inlineText(value: DraftValue, style: WritingStyle, quote?: Scalar.Type): string {
  if (style.isJson) return jsonText(value);
  const list = new YAMLSeq();
  list.flow = true;
  const node = documentOf(value).contents as Node;
  if (isScalar(node) && typeof node.value === 'string') setQuote(node, quote);
  list.items = [node];
  const document = new Document(null, { version: '1.1' });
  document.contents = list;
  visit(document, {
    Map: (_, map) => void (map.flow = true),
    Seq: (_, sequence) => void (sequence.flow = true),
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && scalar.value.includes('\n')) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return visibleText(document.toString(writing).trim().slice(1, -1));
}

/** A scalar in block style, where fewer values need quotes. */
export function blockScalarText(value: DraftValue, style: WritingStyle, quote?: Scalar.Type): string {
  if (style.isJson || typeof value !== 'string' || value.includes('\n'))
    return inlineText(value, style, quote);
  const map = new YAMLMap();
  const node = new Scalar(value);
  setQuote(node, quote);
  map.set('k', node);
  const document = new Document(null, { version: '1.1' });
  document.contents = map;
  return visibleText(
    document
      .toString(writing)
      .trim()
      .replace(/^k:\s*/, ''),
  );
}

function setQuote(node: Scalar, quote: Scalar.Type | undefined): void {
  if (typeof node.value !== 'string') return;
  if (visibleText(node.value) !== node.value || node.value.includes('\n')) node.type = Scalar.QUOTE_DOUBLE;
  else if (quote === Scalar.QUOTE_DOUBLE || quote === Scalar.QUOTE_SINGLE) node.type = quote;
}

/** `{"a": 1}`, with the usual spaces after punctuation. */
function jsonText(value: DraftValue): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${jsonText(inner)}`);
  return `{${pairs.join(', ')}}`;
}

/** Lists of words and numbers go on one line; text with invisible characters is double-quoted. */
function documentOf(value: DraftValue): Document {
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, sequence) => {
      const isShort = sequence.items.every((item) => isScalar(item) && !String(item.value).includes('\n'));
      if (isShort) sequence.flow = true;
    },
    Scalar: (_, scalar) => {
      setQuote(scalar, undefined);
      // Text of several lines is most readable in block style.
      const { value: text } = scalar;
      if (
        typeof text === 'string' &&
        text.includes('\n') &&
        !text.includes('\t') &&
        visibleText(text) === text
      )
        scalar.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document;
}
