/** A log as a page shows it: its last lines, and the lines that are written while it is shown. */
import type { OpenLog } from './open-log.ts';

export interface FollowedLog {
  /** Oldest first. Rejects with the system's error. */
  readonly last: Promise<readonly string[]>;
  readonly stop: () => void;
}

/** `log`: null if nothing has been logged. Closes it. */
export async function readLast(log: OpenLog | null, tailLines: number): Promise<readonly string[]> {
  if (log === null) return [];
  const read: string[] = [];
  try {
    for await (const lines of log.lines({ tailLines, since: null, until: null, grep: null }))
      read.push(...lines);
  } finally {
    log.close();
  }
  return read;
}
