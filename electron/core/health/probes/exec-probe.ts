import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import type { ChildExit, ChildLauncher } from '../../process/child-process.ts';
import { askChild } from '../../process/child-query.ts';
import { isNoise, toEvidence } from '../../tunnel/evidence.ts';
import type { CheckMeaning, ProbeRequest, ProbeResult } from '../probe.ts';
import { formatDuration } from './format-duration.ts';

export type ExecProbeSpec = Extract<ProbeSpec, { readonly type: 'exec' }>;

/**
 * Runs a program of the user's, which connects to the local port as clients do; exit code 0 passes. It has the login
 * environment and a process group of its own, which is killed at the deadline and on cancel. Settles when the group is gone.
 */
export async function probeExec(
  request: ProbeRequest,
  { argv }: ExecProbeSpec,
  launcher: ChildLauncher,
): Promise<ProbeResult> {
  const { clock, signal, timeoutMs } = request;
  const startedAt = clock.now();
  const answer = await askChild({ name: `check ${argv[0]}`, argv }, { launcher, clock, timeoutMs, signal });
  switch (answer.kind) {
    case 'cancelled':
      return answer;
    case 'timed-out': {
      const finding = `no end of the check command within ${formatDuration(timeoutMs)}`;
      return { kind: 'failed', finding, timedOut: true };
    }
    case 'answered':
      return answer.exit.exitCode === 0
        ? { kind: 'passed', tookMs: clock.now() - startedAt }
        : { kind: 'failed', timedOut: false, ...describeExit(answer.exit, argv[0]) };
  }
}

/** The last thing that the program said proves best why it failed. */
function describeExit(
  exit: ChildExit,
  program: string,
): { readonly finding: string; readonly meaning: CheckMeaning } {
  const { startError, signal, exitCode, lastLines } = exit;
  if (startError !== null) {
    const finding = toEvidence(startError.message, []);
    const isMissing = startError.code === 'ENOENT';
    return {
      finding,
      meaning: isMissing
        ? { code: 'binary-missing', what: program }
        : { code: 'config-invalid', what: `The check command ${program} cannot be started` },
    };
  }
  const ending = signal === null ? `ended with exit code ${String(exitCode)}` : `was ended by ${signal}`;
  const what = `The check command ${ending}`;
  const lastLine = lastLines.findLast((line) => !isNoise(line));
  return {
    finding: lastLine === undefined ? what : toEvidence(lastLine, []),
    meaning: { code: 'check-failed', what },
  };
}
