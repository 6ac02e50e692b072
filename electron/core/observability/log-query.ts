/** Which lines of a log are asked for. Pure. */
import type { LogQuery } from '../../../shared/control-contract.ts';

/** Without the services: the path stands for one. */
export type LogLineQuery = Omit<LogQuery, 'services'>;

/** Tells of one line whether it is in the time and has the text that is asked for. */
export function logLineMatcher({ since, until, grep }: LogLineQuery): (line: string) => boolean {
  const text = grep?.toLowerCase() ?? '';
  return (line) => {
    if (text !== '' && !line.toLowerCase().includes(text)) return false;
    if (since === null && until === null) return true;
    const time = timeOf(line);
    return time >= (since ?? -Infinity) && time <= (until ?? Infinity);
  };
}

/** Each line begins with its time, ISO 8601; NaN, which is in no time, when it was written by something else. */
const timeOf = (line: string): number => Date.parse(line.slice(0, line.indexOf(' ')));
