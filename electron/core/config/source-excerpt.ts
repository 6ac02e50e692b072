import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { isSecretName } from '../observability/secret-names.ts';

/** The number of characters of the line before the position. */
const maxBefore = 100;
const maxAfter = 100;

/**
 * The line at a position in a text, for display below an error; null if it may contain a password. `show`: replaces tokens, such
 * as those of variables.
 */
export function excerptAt(
  text: string,
  offset: number,
  show: (part: string) => string,
): ConfigProblem['excerpt'] | null {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const nextLine = text.indexOf('\n', offset);
  const end = nextLine === -1 ? text.length : nextLine;
  const line = text.slice(start, end);
  if ((line.slice(0, 1_000).match(/[\w-]+(?=\s*:)/g) ?? []).some(isSecretName)) return null;
  const before = show(text.slice(Math.max(start, offset - maxBefore), offset));
  const after = show(text.slice(offset, Math.min(end, offset + maxAfter)));
  return { text: `${before}${after}`.slice(0, 400), column: Math.min(400, before.length + 1) };
}
