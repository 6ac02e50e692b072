/** Selects the lines of a log that are requested. Pure. */
import type { LogQuery } from '../../../shared/control-contract.ts';

/** Without the services: the path identifies one. */
export type LogLineQuery = Omit<LogQuery, 'services'>;

/** Returns a function that tests whether a line is within the requested time and contains the requested text. */
export function logLineMatcher({ since, until, grep }: LogLineQuery): (line: string) => boolean {
  const text = grep?.toLowerCase() ?? '';
  return (line) => {
    if (text !== '' && !line.toLowerCase().includes(text)) return false;
    if (since === null && until === null) return true;
    const time = timeOf(line);
    return time >= (since ?? -Infinity) && time <= (until ?? Infinity);
  };
}

/** Each line begins with its time, ISO 8601; NaN, which matches no time range, if it was written by another program. */
const timeOf = (line: string): number => Date.parse(line.slice(0, line.indexOf(' ')));
