import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { holdsSecret } from '../observability/redaction.ts';
import { isSecretName } from '../observability/secret-names.ts';

/** The number of characters of the line before the position. */
const maxBefore = 100;
const maxAfter = 100;

/** In a longer line, no name of a secret is searched for. */
const maxExamined = 1_000;

/**
 * The line at a position in a text, for display below an error; null if it may contain a secret. `show`: replaces tokens, such
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
  if ([line, ...linesBefore(text.slice(0, start), line)].some(mayHoldSecret)) return null;
  const before = show(text.slice(Math.max(start, offset - maxBefore), offset));
  const after = show(text.slice(offset, Math.min(end, offset + maxAfter)));
  return { text: `${before}${after}`.slice(0, 400), column: Math.min(400, before.length + 1) };
}

/** Options whose value is a password in some program: `-p` of sshpass and mysql, `-a` of redis-cli, `-u me:x` of curl. */
const passwordOption = /(?:^|[\s"'[,])-[apuwPUW](?![\w-]+:(?:\s|$))/;
/** `me:x@host`, also in a URL. */
const userinfo = /:\S*@/;
const scheme = /\bbearer\b/i;

/** Errs on the side of hiding: a syntax error leaves open where a value begins and ends. */
const mayHoldSecret = (line: string): boolean =>
  line.length > maxExamined ||
  (line.match(/[\w-]+/g) ?? []).some(isSecretName) ||
  [passwordOption, userinfo, scheme].some((pattern) => pattern.test(line)) ||
  holdsSecret(line);

/** The lines that may say what a line means: those up to the nearest key, and the keys that contain it. */
function linesBefore(text: string, line: string): readonly string[] {
  const found: string[] = [];
  let depth = depthOf(line);
  let isAfterKey = false;
  for (const above of text.split('\n').reverse()) {
    if (/^\s*(#|$)/.test(above)) continue;
    if (isAfterKey && depthOf(above) >= depth) continue;
    found.push(above);
    depth = Math.min(depth, depthOf(above));
    isAfterKey ||= /^[\s-]*["']?[\w.-]+["']?\s*:(\s|$)/.test(above);
  }
  return found;
}

/** The column after the dashes of a list: in `- name: db`, the name is beside the keys below it. */
const depthOf = (line: string): number => /^\s*(?:- +)*/.exec(line)?.[0].length ?? 0;
