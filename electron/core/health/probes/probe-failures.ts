/** Failures that probes of several protocols report, with their texts. Pure. */
import type { CheckFailure, ClosedStage, Obstacle, ProbeResult, WrongAnswer } from '../probe.ts';
import { formatDuration } from './format-duration.ts';

export type FailedProbe = Extract<ProbeResult, { readonly kind: 'failed' }>;

export interface Closing {
  readonly stage: ClosedStage;
  readonly remoteEndSpoke: boolean;
}

export const wrongAnswer = (finding: string, answer: WrongAnswer): FailedProbe => ({
  kind: 'failed',
  finding,
  failure: { kind: 'answered', answer },
});

export const refusal = (finding: string, title: string, remedy?: string): FailedProbe =>
  wrongAnswer(finding, { code: 'check-refused', title, ...(remedy === undefined ? {} : { remedy }) });

/** Another tunnel would get the same answer. */
export const otherProtocol = (expected: string, detail?: string): FailedProbe =>
  refusal(
    `the answer is not ${expected}${detail === undefined ? '' : ` (${detail})`}`,
    `The service does not speak ${expected}`,
  );

export const closedConnection = (finding: string, { stage, remoteEndSpoke }: Closing): FailedProbe => ({
  kind: 'failed',
  finding,
  failure: { kind: 'closed', stage, remoteEndSpoke },
});

export type Lateness = Omit<Extract<CheckFailure, { readonly kind: 'timed-out' }>, 'kind'>;

export const lateAnswer = (lateness: Lateness): FailedProbe => ({
  kind: 'failed',
  finding: `no ${lateness.awaited} within ${formatDuration(lateness.afterMs)}`,
  failure: { kind: 'timed-out', ...lateness },
});

export const notMade = (finding: string, obstacle: Obstacle): FailedProbe => ({
  kind: 'failed',
  finding,
  failure: { kind: 'not-made', obstacle },
});

export const misconfigured = (finding: string): FailedProbe =>
  notMade(finding, { code: 'config-invalid', what: 'The health check is not configured correctly' });
