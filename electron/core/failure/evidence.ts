/** Turns a child's output into the one line that proves a cause: without noise and secrets, limited in length. */
import { visibleLine } from '../../../shared/visible-text.ts';
import { createRedactor, type Redact } from '../observability/redaction.ts';

export const maxEvidenceLength = 300;
const maxPlainLength = 1_500;

/** Lines that explain nothing: routine output of ssh and kubectl. */
const noise: readonly RegExp[] = [
  /^\s*$/,
  /^debug\d: /,
  /^Transferred: sent|^Bytes per second: |^Authenticated to /,
  /^Warning: Permanently added /,
  // The post-quantum notice of OpenSSH 10, and banners drawn with a row of one character.
  /^\*\* /,
  /^(\W)\1{4,}$/,
  /^Handling connection for \d+$/,
  // A plugin that refreshes its token (kubelogin). If that fails, it prints another message.
  /\byou have an? (?:expired|valid) token\b|\brefreshing the token\b|\bexpired\b.*\b(?:refreshing|renewing)\b/i,
  // kubectl's discovery repeats each failure up to five times before the line that summarizes it.
  /\bmemcache\.go:\d+\]/,
];

export const isNoise = (line: string): boolean => noise.some((pattern) => pattern.test(line));

const errorMark = /^\s*(?:\S+: )?(?:error|fatal|panic)\s*:/i;

/** A line marked as an error, such as gcloud's `ERROR: (gcloud.compute…) The required property [project] …`. */
export const isMarkedError = (line: string): boolean =>
  errorMark.test(line) || /^E\d{4} \d\d:\d\d:\d\d\.\d+ /i.test(line);

/**
 * The line that explains most when no rule knows any: the last one marked as an error. A program that marks every line of one
 * message (ngrok) says the essential in the first of them. Without a mark, the last line.
 */
export function mainLine(lines: readonly string[]): string | undefined {
  const markAt = (index: number): string | undefined => errorMark.exec(lines[index] ?? '')?.[0];
  let at = lines.findLastIndex(isMarkedError);
  const mark = markAt(at);
  while (mark !== undefined && markAt(at - 1) === mark) at -= 1;
  return lines.at(at);
}

/** One redactor per list of secrets: all lines of a child come with the same list. */
const redactors = new WeakMap<readonly string[], Redact>();

function redactorFor(secrets: readonly string[]): Redact {
  const known = redactors.get(secrets);
  if (known !== undefined) return known;
  const redact = createRedactor(secrets);
  redactors.set(secrets, redact);
  return redact;
}

/** The line in printable form, without the given secrets and anything that looks like one. */
export const redactedLine = (line: string, secrets: readonly string[]): string =>
  redactorFor(secrets)(visibleLine(line.replace(sequences, '')));

/**
 * Complete control sequences (ECMA-48: CSI; OSC, DCS and similar with their text), which programs use to decorate text.
 */
const sequences =
  // eslint-disable-next-line no-control-regex -- control characters are what this finds
  /\u001b\[[\d;?]*[A-Za-z]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** The line without log prefixes and secrets; of a long one, both ends: no rule may take long to read what a server sent. */
export const plainLine = (line: string, secrets: readonly string[]): string =>
  bothEnds(redactedLine(withoutLogPrefix(line), secrets).replace(/\s+/g, ' ').trim(), maxPlainLength);

/** As displayed: at most `maxEvidenceLength` characters. A program in Go puts the root of an error last, so both ends stay. */
export function toEvidence(line: string, secrets: readonly string[]): string {
  return bothEnds(plainLine(line, secrets), maxEvidenceLength);
}

function bothEnds(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = (maxLength - 1) / 2;
  return `${text.slice(0, Math.ceil(half))}…${text.slice(-Math.floor(half))}`;
}

/** klog: `E0101 12:00:00.000000     123 portforward.go:424] "Unhandled Error" err="an error occurred …"` */
function withoutLogPrefix(line: string): string {
  const message = line.replace(/^debug\d: |^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+:\d+\] /, '');
  if (message === line) return line;
  const quoted = /\berr="((?:[^"\\]|\\.)*)"/.exec(message);
  return quoted?.[1] === undefined
    ? message
    : quoted[1].replace(/\\(.)/g, (_, char: string) => (char === 'n' ? ' ' : char));
}
