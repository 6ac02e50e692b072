/** Updates a tunnel's proof with the evidence of a check. Pure and total. */
import type { CheckReport } from '../health/check-report.ts';
import type { Proof } from './forward-state.ts';

export function proofAfter(before: Proof, { startedAt, isStrict, evidence }: CheckReport): Proof {
  // The check began before the event that made the proof due.
  if (before.kind === 'owed' && startedAt < before.since) return before;
  switch (evidence.kind) {
    case 'answered':
      return { kind: 'given' };
    case 'open':
    case 'untried':
      if (isStrict) return { kind: 'unprovable' };
      return before.kind === 'owed' && !before.strict ? { kind: 'given' } : before;
    case 'silent':
      return { kind: 'silent' };
    case 'none':
      return isStrict ? { kind: 'silent' } : before;
    case 'dead':
      return before;
  }
}
