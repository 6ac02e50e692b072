/** The text of one service. Pure. */
import { isNode } from 'yaml';
import { readEditable } from './editable-config.ts';
import { lineAfter } from './node-extent.ts';
import { lineStart } from './text-lines.ts';
import { dashOf } from './yaml-writing.ts';

/** Its lines, from the dash on; for a service in braces, the text in them. null: there is none. */
export function textOfEntry(text: string, index: number): string | null {
  const config = readEditable(text);
  if (!config.ok || config.value.list === null) return null;
  const { list } = config.value;
  const node = list.items[index];
  if (!isNode(node)) return null;
  const dash = dashOf(list, index);
  if (dash === null) return text.slice(node.range?.[0], node.range?.[1]);
  const start = lineStart(text, dash);
  const indent = ' '.repeat(dash - start);
  const lines = text.slice(start, lineAfter(text, node)).trimEnd().split(/\r?\n/);
  return lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('\n');
}
