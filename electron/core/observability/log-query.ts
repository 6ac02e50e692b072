/** Looks for lines in a log as it lies on the disk, with its older part. */
import { readFileSync } from 'node:fs';
import type { LogQuery } from '../../../shared/control-contract.ts';

/** Without the services: the path stands for one. */
export type LogLineQuery = Omit<LogQuery, 'services'>;

/**
 * The lines that match, oldest first. Null when there is no such log. Synchronous: a log and its older part are small,
 * and so no line falls between what was read and what is followed from then on.
 */
export function queryLog(path: string, query: LogLineQuery): readonly string[] | null {
  const texts = [path.replace(/\.log$/, '.old.log'), path].map(readText).filter((text) => text !== null);
  if (texts.length === 0) return null;
  const matches = logLineMatcher(query);
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '' && matches(line));
  if (query.tailLines === null) return lines;
  return query.tailLines === 0 ? [] : lines.slice(-query.tailLines);
}

/** Tells of one line whether it lies in the time and has the text that is asked for. */
export function logLineMatcher({ since, until, grep }: LogLineQuery): (line: string) => boolean {
  const text = grep?.toLowerCase() ?? '';
  return (line) => {
    if (!line.toLowerCase().includes(text)) return false;
    if (since === null && until === null) return true;
    const time = timeOf(line);
    return time >= (since ?? -Infinity) && time <= (until ?? Infinity);
  };
}

/** Each line begins with its time, ISO 8601; NaN, which lies in no time, when it was written by something else. */
const timeOf = (line: string): number => Date.parse(line.slice(0, line.indexOf(' ')));

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
