/** How many files this process may have open (its soft limit; Node raises it to the hard limit at startup). */
import { readFileSync } from 'node:fs';

/** macOS has no such file; Node and Chromium raise their limit to OPEN_MAX from its <sys/syslimits.h>. */
const limitWithoutProc = 10_240;

export function readDescriptorLimit(limitsFile = '/proc/self/limits'): number {
  try {
    return parseDescriptorLimit(readFileSync(limitsFile, 'utf8'));
  } catch {
    return limitWithoutProc;
  }
}

/** From the text of proc_pid_limits(5): `Max open files            1024                 1048576              files`. */
export function parseDescriptorLimit(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return limitWithoutProc;
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
}
