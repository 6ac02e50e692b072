import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { holdsSecret } from '../observability/redaction.ts';
import { isSecretName } from '../observability/secret-names.ts';
import type { Substitution } from './environment-substitution.ts';

/** The number of characters of the line before the position. */
const maxBefore = 100;
const maxAfter = 100;

/** In a longer line, no name of a secret is searched for. */
const maxExamined = 1_000;

/** The line of the file at a position in the substituted text, for display below an error; null if it may contain a secret. */
export function excerptAt(substitution: Substitution, substituted: number): ConfigProblem['excerpt'] | null {
  const { source } = substitution;
  const offset = sourceOffset(substitution, substituted);
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  const nextLine = source.indexOf('\n', offset);
  const end = nextLine === -1 ? source.length : nextLine;
  const line = source.slice(start, end);
  if ([line, ...linesBefore(source.slice(0, start), line)].some(mayHoldSecret)) return null;
  const before = source.slice(Math.max(start, offset - maxBefore), offset);
  const after = source.slice(offset, Math.min(end, offset + maxAfter));
  return { text: `${before}${after}`, column: before.length + 1 };
}

/** Both texts have the same lines. A position in a default is that of the variable. */
function sourceOffset({ source, text }: Substitution, offset: number): number {
  const before = text.slice(0, offset).split('\n');
  const index = before.length - 1;
  const column = before[index]?.length ?? 0;
  const sourceLines = source.split('\n');
  const [line = '', sourceLine = ''] = [text.split('\n')[index], sourceLines[index]];
  const start = sourceLines.slice(0, index).reduce((sum, { length }) => sum + length + 1, 0);
  const most = Math.min(line.length, sourceLine.length);
  let same = 0;
  while (same < most && line[same] === sourceLine[same]) same += 1;
  if (column <= same) return start + column;
  let sameAtEnd = 0;
  while (sameAtEnd < most - same && line.at(-1 - sameAtEnd) === sourceLine.at(-1 - sameAtEnd)) sameAtEnd += 1;
  const fromEnd = line.length - column;
  if (fromEnd <= sameAtEnd) return start + sourceLine.length - fromEnd;
  return start + Math.max(0, sourceLine.lastIndexOf('${', same));
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
