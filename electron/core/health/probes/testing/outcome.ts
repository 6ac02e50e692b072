import { assertNever } from '../../../../../shared/result.ts';
import type { CheckFailure, ProbeResult } from '../../probe.ts';

/** A short text for a result, without its finding: `passed`, `closed before-answer, after bytes`. */
export function outcomeOf(result: ProbeResult): string {
  switch (result.kind) {
    case 'passed':
      return result.tookMs === null ? 'passed unanswered' : 'passed';
    case 'failed':
      return failureOf(result.failure);
    case 'canceled':
      return 'canceled';
    default:
      return assertNever(result, 'probe result');
  }
}

function failureOf(failure: CheckFailure): string {
  switch (failure.kind) {
    case 'timed-out':
      return `timed-out${failure.remoteEndSpoke ? ', after bytes' : ''}`;
    case 'closed':
      return `closed ${failure.stage}${failure.remoteEndSpoke ? ', after bytes' : ''}`;
    case 'unconnected':
      return `unconnected ${failure.errno}${failure.busy ? ', busy' : ''}`;
    case 'answered':
      return `answered ${failure.answer.code}`;
    case 'command-failed':
      return 'command-failed';
    case 'not-made':
      return `not-made ${failure.obstacle.code}`;
    default:
      return assertNever(failure, 'check failure');
  }
}
