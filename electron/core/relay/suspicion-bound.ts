/** Passes on at most one suspicion per tunnel in `minGapMs`: the first. Those that follow would add nothing. */
import type { Clock } from '../clock.ts';

const minGapMs = 500;

export type ReportSuspicion = (tunnelId: string, finding: string) => void;

export function boundSuspicions(clock: Clock, report: ReportSuspicion): ReportSuspicion {
  const reportedAt = new Map<string, number>();
  return (tunnelId, finding) => {
    const now = clock.now();
    for (const [id, at] of reportedAt) if (now - at >= minGapMs) reportedAt.delete(id);
    if (reportedAt.has(tunnelId)) return;
    reportedAt.set(tunnelId, now);
    report(tunnelId, finding);
  };
}
